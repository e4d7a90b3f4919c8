import { SmallMap } from '../lib/small-map.ts';
import type { Field } from '../protocol/messages.ts';
import type { Key, Row } from '../protocol/schema.ts';
import type { RowSink, ViewChange } from '../views/view.ts';
import { deltaText, snapText } from './encode.ts';
import type { Encode, Stream } from './stream.ts';

/** What a rows or window view offers its streams. */
export interface RowsOutput {
  readonly fields: readonly Field[];
  project(row: Row): Row;
  snapshotText(): string;
  settle(seq: number): void;
}

/** The last state of a row since the cut; `freshAt` remembers when it entered, if it entered since. */
interface Pending {
  readonly key: Key;
  /** Undefined when it left. */
  readonly row: Row | undefined;
  readonly freshAt: number;
}

const NOT_FRESH = -1;

/**
 * Modes net and immediate: several changes of a row between cuts become one.
 *
 * A row that entered and left between two cuts is not worth a message, unless somebody joined in between: the joiner's
 * snapshot or difference had it, so the removal must be told. `#joins` counts those; an entry is cancelled only if none
 * was taken since it entered. Everything else is absolute and may be applied twice.
 */
export class NetStream implements Stream, RowSink {
  readonly wire: string;
  readonly #output: RowsOutput;
  readonly #onDirty: () => void;
  #pending = new SmallMap<Key, Pending>();
  #joins = 0;

  constructor(wire: string, output: RowsOutput, onDirty: () => void) {
    this.wire = wire;
    this.#output = output;
    this.#onDirty = onDirty;
  }

  get dirty(): boolean {
    return this.#pending.size > 0;
  }

  push({ after, before, key }: ViewChange): void {
    if (this.#joins === 0) return; // nobody has anything yet that this could change
    if (this.#pending.size === 0) this.#onDirty();
    const pending = this.#pending.get(key);
    const freshAt = pending === undefined ? (before === undefined ? this.#joins : NOT_FRESH) : pending.freshAt;
    if (after === undefined && freshAt === this.#joins) this.#pending.delete(key);
    else this.#pending.set(key, { key, row: after, freshAt: after === undefined ? NOT_FRESH : freshAt });
  }

  take(asOf: number): Encode | undefined {
    if (this.#pending.size === 0) return undefined;
    const taken = this.#pending;
    this.#pending = new SmallMap<Key, Pending>();
    return () => {
      try {
        return [this.#delta(asOf, taken)];
      } catch (error) {
        this.#putBack(taken);
        throw error;
      }
    };
  }

  #delta(asOf: number, taken: SmallMap<Key, Pending>): string {
    const rows: Row[] = [];
    const remove: Key[] = [];
    for (const { key, row } of taken.values()) {
      if (row === undefined) remove.push(key);
      else rows.push(this.#output.project(row));
    }
    return deltaText({ view: this.wire, asOf, fields: this.#output.fields, rows, remove });
  }

  /** What was taken and could not be told: what came since is newer. */
  #putBack(taken: SmallMap<Key, Pending>): void {
    if (this.#pending.size === 0) this.#onDirty();
    for (const { key, row } of taken.values()) {
      const newer = this.#pending.get(key);
      this.#pending.set(key, { key, row: newer === undefined ? row : newer.row, freshAt: NOT_FRESH });
    }
  }

  snapshot(asOf: number, conflated: boolean): readonly string[] {
    this.#output.settle(asOf);
    const values = this.#output.snapshotText();
    this.#joins++;
    return [snapText({ view: this.wire, asOf, fields: this.#output.fields, values, conflated })];
  }

  /** For somebody who comes back: what differs between then and now. He joins with it as with a snapshot. */
  difference(asOf: number, rows: readonly Row[], remove: readonly Key[]): readonly string[] {
    this.#joins++;
    if (rows.length === 0 && remove.length === 0) return [];
    const projected = rows.map(row => this.#output.project(row));
    return [deltaText({ view: this.wire, asOf, fields: this.#output.fields, rows: projected, remove })];
  }
}
