import type { Position } from '../protocol/messages.ts';
import type { Key, Value } from '../protocol/schema.ts';

/** row: was there when the tail began; metric: the values of a metric, or of one of its groups. */
export type TailOp = 'row' | 'enter' | 'update' | 'leave' | 'metric' | 'gap';

/** What tail prints, one a line. `seq` in modes all and saf, where each change has its own; `asOf` in the others. */
export interface TailLine {
  readonly epoch: number;
  readonly seq?: number;
  readonly asOf?: number;
  readonly op: TailOp;
  readonly key?: Key;
  /** For `leave`, as it was before. */
  readonly row?: Readonly<Record<string, Value>>;
  /** Mode net and immediate: what an update changed. */
  readonly changed?: readonly string[];
  /** Of a gap: seqs that can no longer be had, both ends included. */
  readonly from?: number;
  readonly to?: number;
}

/** Up to where a tail has got that ends with this line. */
export function positionOf({ epoch, op, seq, to }: TailLine): Position | undefined {
  return asPosition({ epoch, seq: op === 'gap' ? to : seq });
}

/** The position at the end of a file of such lines; undefined when that is no line of theirs. */
export function positionOfText(text: string): Position | undefined {
  const line = parseObject(text);
  return line === undefined ? undefined : positionOf(line as unknown as TailLine);
}

/** A position as it is kept beside a pipe. */
export function readPosition(text: string): Position | undefined {
  return asPosition(parseObject(text) ?? {});
}

function asPosition({ epoch, seq }: { readonly epoch?: unknown; readonly seq?: unknown }): Position | undefined {
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(seq)) return undefined;
  return { epoch: epoch as number, seq: seq as number };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    // Not written by a tail: the caller says so.
    return undefined;
  }
}
