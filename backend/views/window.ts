import { assert } from '../lib/assert.ts';
import type { Key, Row } from '../protocol/schema.ts';
import { SortedRows } from './sorted-rows.ts';
import { type RowOrderTerm, rowOrder } from './value-order.ts';

export interface WindowSpec {
  readonly keyIndex: number;
  readonly orderBy: readonly RowOrderTerm[];
  readonly limit: number;
  /** The columns that are shown; a change to another one alone is not visible. Absent: all. */
  readonly columns?: readonly number[];
}

/**
 * Reads the first `limit` rows of the filter in the window's order. They may be ahead of the changes that were applied
 * so far (applying those afterwards is harmless), never behind them.
 */
export type Refill = (limit: number) => readonly Row[];

/** Net difference of the visible rows between two cuts; neither list has an order. */
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
 * deletes costs one refill. (Below k = 32 the slack is 32 each.)
 *
 * A cut costs what changed since the last one, not k: only rows that were touched, and those that the last visible
 * place passed over, can have come into sight, changed or gone.
 */
export class Window {
  readonly #spec: WindowSpec;
  readonly #refill: Refill;
  readonly #order: (a: Row, b: Row) => number;
  readonly #sorted: SortedRows;
  readonly #byKey = new Map<Key, Row>();
  readonly #slack: number;
  /** No row of the filter is outside. */
  #complete = false;
  #filled = false;
  #dirty = true;
  /** What the last cut left at the viewers, and the last row of it. */
  readonly #shown = new Map<Key, Row>();
  #lastShown: Row | undefined;
  /** Keys that entered or left since the last cut; undefined: too many to say, look at all. */
  #touched: Set<Key> | undefined;

  constructor(spec: WindowSpec, refill: Refill) {
    assert(spec.limit >= 0, 'a limit is not negative');
    this.#spec = spec;
    this.#refill = refill;
    this.#order = rowOrder(spec.orderBy, spec.keyIndex);
    this.#sorted = new SortedRows(this.#order);
    this.#slack = Math.max(spec.limit, SLACK_MIN);
  }

  /** Rows held, visible or not. */
  get size(): number {
    return this.#sorted.size;
  }

  /** The visible rows may differ from those of the last cut. */
  get dirty(): boolean {
    return this.#dirty;
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
    this.#fill();
    return this.#sorted.slice(0, this.#spec.limit);
  }

  /** What changed for the viewers since the last cut. */
  takeCut(): WindowDelta {
    this.#fill();
    const upsert: Row[] = [];
    const remove: Key[] = [];
    if (!this.#dirty) return { upsert, remove };
    const last = this.#sorted.at(Math.min(this.#spec.limit, this.#sorted.size) - 1);
    for (const key of this.#suspects()) {
      const row = this.#byKey.get(key);
      const old = this.#shown.get(key);
      if (row !== undefined && last !== undefined && this.#order(row, last) <= 0) {
        if (old === undefined || !this.#looksSame(old, row)) upsert.push(row);
        this.#shown.set(key, row);
      } else if (old !== undefined) {
        remove.push(key);
        this.#shown.delete(key);
      }
    }
    this.#lastShown = last;
    this.#touched = new Set();
    this.#dirty = false;
    return { upsert, remove };
  }

  /** Every key whose visibility or visible values may differ from the last cut. */
  #suspects(): Iterable<Key> {
    const { limit } = this.#spec;
    if (this.#touched === undefined)
      return new Set([...this.#shown.keys(), ...this.rows().map(row => this.#keyOf(row))]);
    // The last row may have left, and another be in its place: that one is looked at too.
    const lastPlace = this.#lastShown === undefined ? 0 : this.#sorted.placeOf(this.#lastShown);
    const passedOver = this.#sorted.slice(Math.min(lastPlace, limit), Math.max(lastPlace + 1, limit));
    for (const row of passedOver) this.#touched.add(this.#keyOf(row));
    return this.#touched;
  }

  #enter(row: Row): void {
    const place = this.#sorted.insert(row);
    this.#byKey.set(this.#keyOf(row), row);
    this.#touch(this.#keyOf(row), place);
    if (this.#sorted.size <= this.#spec.limit + 2 * this.#slack) return;
    for (const dropped of this.#sorted.truncate(this.#spec.limit + this.#slack)) {
      this.#byKey.delete(this.#keyOf(dropped));
      this.#touched?.add(this.#keyOf(dropped));
    }
    this.#complete = false;
  }

  #leave(key: Key): void {
    const row = this.#byKey.get(key);
    if (row === undefined) return;
    this.#byKey.delete(key);
    this.#touch(key, this.#sorted.remove(row));
  }

  /** A window that is not cut for long must not remember every key that passed through it. */
  #touch(key: Key, place: number): void {
    if (place < this.#spec.limit) this.#dirty = true;
    this.#touched?.add(key);
    if (this.#touched !== undefined && this.#touched.size > 4 * this.#slack) this.#touched = undefined;
  }

  /** What it holds may be wrong: the next look reads anew. What viewers were told is not forgotten. */
  forget(): void {
    this.#filled = false;
    this.#dirty = true;
    this.#touched = undefined;
  }

  #fill(): void {
    const { limit } = this.#spec;
    if (this.#filled && (this.#complete || this.#sorted.size >= limit)) return;
    const rows = this.#refill(limit + this.#slack);
    this.#filled = true;
    this.#complete = rows.length < limit + this.#slack;
    this.#dirty = true;
    this.#touched = undefined;
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
    const { columns } = this.#spec;
    if (a === b) return true;
    return columns === undefined ? b.every((value, i) => a[i] === value) : columns.every(i => a[i] === b[i]);
  }
}
