import type { RowChange } from '../protocol/messages.ts';
import type { RowSink, ViewChange } from '../views/view.ts';
import { gapText, rowsText, snapText } from './encode.ts';
import type { RowsOutput } from './net-stream.ts';
import type { Encode, Stream } from './stream.ts';

/** As many cuts as a viewer may be stale: beyond, it starts from a snapshot. */
const CUTS_MAX = 120;
/** Some ten megabytes of rows before and after: more does not wait, however long the interval. */
const PENDING_MAX = 10_000;

interface Pending {
  /** Seqs before those of the changes that were let go, both included. */
  gap: { readonly from: number; readonly to: number } | undefined;
  changes: ViewChange[];
}

/**
 * Mode all: every state change, in order of seq. Changes that cannot be encoded wait for the next cut; when twice as many
 * wait as should at most, the older half is let go, and told as a gap.
 */
export class AllStream implements Stream, RowSink {
  readonly wire: string;
  readonly #output: RowsOutput;
  readonly #onDirty: () => void;
  readonly #onFull: () => void;
  #pending: Pending = { gap: undefined, changes: [] };
  /** When it was last cut, oldest first: what a viewer has of it after some other cut. */
  readonly #cuts: number[] = [];

  constructor(wire: string, output: RowsOutput, on: { dirty: () => void; full: () => void }) {
    this.wire = wire;
    this.#output = output;
    this.#onDirty = on.dirty;
    this.#onFull = on.full;
  }

  get dirty(): boolean {
    return this.#pending.changes.length > 0;
  }

  push(change: ViewChange): void {
    const { changes } = this.#pending;
    if (changes.length === 0) this.#onDirty();
    const length = changes.push(change);
    if (length % PENDING_MAX === 0) this.#onFull();
    if (length >= 2 * PENDING_MAX) this.#letGo(length - PENDING_MAX);
  }

  take(asOf: number): Encode | undefined {
    const taken = this.#pending;
    if (taken.changes.length === 0) return undefined;
    this.#pending = { gap: undefined, changes: [] };
    this.#told(asOf);
    return () => {
      try {
        const { changes, gap } = taken;
        const rows = rowsText({ view: this.wire, asOf, changes: changes.map(change => this.#asRowChange(change)) });
        return gap === undefined ? [rows] : [gapText({ view: this.wire, ...gap }), rows];
      } catch (error) {
        this.#putBack(taken, asOf);
        throw error;
      }
    };
  }

  /** What was taken and could not be told goes out with what came since. */
  #putBack({ changes, gap }: Pending, asOf: number): void {
    const since = this.#pending;
    if (since.changes.length === 0) this.#onDirty();
    this.#pending = { gap, changes: [...changes, ...since.changes] };
    // What lies before a newer gap is in it.
    const excess = this.#pending.changes.length - (since.gap === undefined ? 2 * PENDING_MAX : since.changes.length);
    if (excess > 0) this.#letGo(excess, since.gap?.to);
    this.#cuts.splice(this.#cuts.lastIndexOf(asOf), 1);
  }

  #letGo(count: number, upTo?: number): void {
    const { changes, gap } = this.#pending;
    const gone = changes.splice(0, count);
    this.#pending.gap = { from: gap?.from ?? gone[0]!.seq, to: upTo ?? gone.at(-1)!.seq };
  }

  #told(asOf: number): void {
    this.#cuts.push(asOf);
    if (this.#cuts.length > CUTS_MAX) this.#cuts.shift();
  }

  /** What a newcomer starts from, when nothing is pending: the changes after asOf follow, those before it are in here. */
  snapshot(asOf: number, conflated: boolean): readonly string[] {
    if (this.#cuts.at(-1) !== asOf) this.#told(asOf);
    return [
      snapText({ view: this.wire, asOf, fields: this.#output.fields, values: this.#output.snapshotText(), conflated }),
    ];
  }

  /** Up to where a viewer has it that got everything up to a cut at `asOf`; undefined when that is too long ago. */
  toldAt(asOf: number): number | undefined {
    return this.#cuts.findLast(cut => cut <= asOf);
  }

  /** The changes that a returning client missed. */
  replay(asOf: number, changes: readonly ViewChange[]): readonly string[] {
    if (changes.length === 0) return [];
    return [rowsText({ view: this.wire, asOf, changes: changes.map(change => this.#asRowChange(change)) })];
  }

  #asRowChange(change: ViewChange): RowChange {
    return asRowChange(change, this.#output);
  }
}

export function asRowChange({ after, before, key, seq }: ViewChange, output: Pick<RowsOutput, 'project'>): RowChange {
  const op = before === undefined ? 'enter' : after === undefined ? 'leave' : 'update';
  return { seq, key, op, values: output.project((after ?? before)!) };
}
