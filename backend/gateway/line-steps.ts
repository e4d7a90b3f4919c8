import type { Readable } from 'node:stream';
import type { Clock } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';

/** Whole lines that are stored together; those that are not blank are counted, as the notifier will. */
export interface LineStep {
  readonly lines: Buffer;
  readonly count: number;
}

export interface LineStepOptions {
  readonly clock: Clock;
  /** A step goes when it is full, or so long after its first line; Infinity: only when it is full. */
  readonly waitMs: number;
  /** A line is at most this long. */
  readonly lineBytes: number;
}

/** What is held of a stream at a time; a step is one transaction. */
const STEP_BYTES = 1 << 20;
const STEP_LINES = 1000;
const NEWLINE = 10;

/** Cuts a stream into steps. Whoever ends the iteration early ends the stream. */
export async function* lineSteps(
  stream: Readable,
  { clock, lineBytes, waitMs }: LineStepOptions,
): AsyncGenerator<LineStep> {
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  let coming = chunks.next();
  /** When the first of the whole lines in `rest` has waited for long enough; undefined: there are none. */
  let dueMs: number | undefined;
  try {
    for (;;) {
      const next = await before(coming, dueMs, clock);
      if (next === undefined) {
        const step = firstLines(rest, true)!;
        rest = rest.subarray(step.lines.length);
        dueMs = undefined;
        if (step.count > 0) yield step;
        continue;
      }
      if (next.done === true) break;
      coming = chunks.next();
      coming.catch(toldWhenAwaited);
      rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
      for (let step = firstLines(rest); step !== undefined; step = firstLines(rest)) {
        rest = rest.subarray(step.lines.length);
        dueMs = undefined;
        yield step;
      }
      if (rest.length > lineBytes)
        throw new PanelcastError('too-large', `a line of the body is over ${lineBytes} bytes`);
      if (rest.includes(NEWLINE)) dueMs ??= clock.monotonicMs() + waitMs;
    }
    const last = firstLines(Buffer.concat([rest, Buffer.of(NEWLINE)]), true)!;
    if (last.count > 0) yield last;
  } finally {
    stream.destroy();
  }
}

/** The next chunk, or undefined when the time comes first. */
function before<T>(coming: Promise<T>, dueMs: number | undefined, clock: Clock): Promise<T | undefined> {
  if (dueMs === undefined || dueMs === Infinity) return coming;
  return new Promise((resolve, reject) => {
    const timer = clock.after(dueMs - clock.monotonicMs(), () => resolve(undefined));
    coming.then(resolve, reject).finally(() => timer.cancel());
  });
}

/** A chunk is asked for while the step before it is stored: its failure is not unhandled, it waits for its turn. */
function toldWhenAwaited(): void {}

/** The lines that fill a step, or at the end all that are left; undefined when there are too few. */
function firstLines(bytes: Buffer, all = false): LineStep | undefined {
  let end = 0;
  let count = 0;
  while (count < STEP_LINES && end < STEP_BYTES) {
    const next = bytes.indexOf(NEWLINE, end);
    if (next < 0) break;
    if (bytes.subarray(end, next).toString('latin1').trim() !== '') count++;
    end = next + 1;
  }
  const full = count >= STEP_LINES || end >= STEP_BYTES;
  return full || all ? { lines: bytes.subarray(0, end), count } : undefined;
}
