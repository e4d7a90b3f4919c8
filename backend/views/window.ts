import { assert } from '../lib/assert.ts';
import type { Key, Row } from '../protocol/schema.ts';
import { SortedRows } from './sorted-rows.ts';
import { type RowOrderTerm, rowOrder } from './value-order.ts';

export interface WindowSpec {
  readonly keyIndex: number;
  readonly orderBy: readonly RowOrderTerm[];
  readonly limit: number;
  /** Rows of the order that are skipped before the visible ones. */
  readonly offset?: number;
  /** The columns that are shown; a change to another one alone is not visible. Absent: all. */
  readonly columns?: readonly number[];
}

/**
 * Reads the first `limit` rows of the filter in the window's order. They may be ahead of the changes that were applied
 * so far (applying those afterwards is harmless), never behind them.
 */
export type Refill = (limit: number) => readonly Row[];

/** Net difference of the visible rows between two cuts. */
export interface WindowDelta {
  readonly upsert: readonly Row[];
  readonly remove: readonly Key[];
}

/** Rows of slack below which a small window would be read anew at every other change. */
const SLACK_MIN = 32;

/**
 * ORDER BY … LIMIT k, kept from row transitions with the memory of the window alone.
 *
 * Invariant: it holds the first n rows of the filter in their order, and if it is not `complete` every other row comes
 * after the last of them. n goes from k to 3k: rows that enter beyond 3k are let go, down to 2k; when leaving rows bring
 * n below k, the next read asks the store for 2k. So between two refills lie at least k leaving rows, and a burst of
 * deletes costs one refill. (k counts the offset; below 32 the slack is 32 each.)
 */
export class Window {
  readonly #spec: WindowSpec;
  readonly #refill: Refill;
  readonly #order: (a: Row, b: Row) => number;
  readonly #sorted: SortedRows;
  readonly #byKey = new Map<Key, Row>();
  /** Offset and limit: how many rows the visible part needs. */
  readonly #depth: number;
  readonly #slack: number;
  /** No row of the filter is outside. */
  #complete = false;
  #filled = false;
  /** The visible part may differ from `#shown`. */
  #touched = true;
  /** What the last cut left at the viewers. */
  #shown = new Map<Key, Row>();

  constructor(spec: WindowSpec, refill: Refill) {
    assert(spec.limit >= 0 && (spec.offset ?? 0) >= 0, 'limit and offset are not negative');
    this.#spec = spec;
    this.#refill = refill;
    this.#order = rowOrder(spec.orderBy, spec.keyIndex);
    this.#sorted = new SortedRows(this.#order);
    this.#depth = spec.limit + (spec.offset ?? 0);
    this.#slack = Math.max(this.#depth, SLACK_MIN);
  }

  /** Rows held, visible or not. */
  get size(): number {
    return this.#sorted.size;
  }

  get dirty(): boolean {
    return this.#touched;
  }

  /** One transition; undefined means that the row was not, or is no longer, in the filter. */
  apply(before: Row | undefined, after: Row | undefined): void {
    if (!this.#filled) return;
    if (before !== undefined) this.#leave(this.#keyOf(before));
    if (after === undefined) return;
    this.#leave(this.#keyOf(after));
    const last = this.#sorted.last();
    if (this.#complete || (last !== undefined && this.#order(after, last) < 0)) this.#enter(after);
  }

  /** The visible rows of now, in order. */
  rows(): Row[] {
    this.#ensureDepth();
    return this.#visible();
  }

  /** What changed for the viewers since the last cut. */
  takeCut(): WindowDelta {
    this.#ensureDepth();
    if (!this.#touched) return { upsert: [], remove: [] };
    this.#touched = false;
    const before = this.#shown;
    const now = new Map<Key, Row>();
    const upsert: Row[] = [];
    for (const row of this.#visible()) {
      const key = this.#keyOf(row);
      const old = before.get(key);
      if (old === undefined || !this.#looksSame(old, row)) upsert.push(row);
      now.set(key, row);
    }
    const remove = [...before.keys()].filter(key => !now.has(key));
    this.#shown = now;
    return { upsert, remove };
  }

  #visible(): Row[] {
    return this.#sorted.slice(this.#spec.offset ?? 0, this.#depth);
  }

  #enter(row: Row): void {
    const at = this.#sorted.insert(row);
    this.#byKey.set(this.#keyOf(row), row);
    if (at < this.#depth) this.#touched = true;
    if (this.#sorted.size <= this.#depth + 2 * this.#slack) return;
    for (const dropped of this.#sorted.truncate(this.#depth + this.#slack)) this.#byKey.delete(this.#keyOf(dropped));
    this.#complete = false;
  }

  #leave(key: Key): void {
    const row = this.#byKey.get(key);
    if (row === undefined) return;
    this.#byKey.delete(key);
    if (this.#sorted.remove(row) < this.#depth) this.#touched = true;
  }

  #ensureDepth(): void {
    if (this.#filled && (this.#complete || this.#sorted.size >= this.#depth)) return;
    const wanted = this.#depth + this.#slack;
    const rows = this.#refill(wanted);
    this.#filled = true;
    this.#complete = rows.length < wanted;
    this.#touched = true;
    this.#sorted.reset(rows);
    this.#byKey.clear();
    for (const row of rows) this.#byKey.set(this.#keyOf(row), row);
  }

  #keyOf(row: Row): Key {
    const key = row[this.#spec.keyIndex];
    assert(key !== undefined && key !== null, 'a primary key is never null');
    return key;
  }

  #looksSame(a: Row, b: Row): boolean {
    if (a === b) return true;
    const { columns } = this.#spec;
    return columns === undefined
      ? b.every((value, i) => a[i] === value)
      : columns.every(column => a[column] === b[column]);
  }
}
