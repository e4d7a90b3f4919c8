import type { Row } from '../protocol/schema.ts';

/** Rows in a total order: found by binary search, moved by one block copy. Fit for windows of thousands of rows. */
export class SortedRows {
  #rows: Row[] = [];
  readonly #order: (a: Row, b: Row) => number;

  constructor(order: (a: Row, b: Row) => number) {
    this.#order = order;
  }

  get size(): number {
    return this.#rows.length;
  }

  last(): Row | undefined {
    return this.#rows.at(-1);
  }

  slice(from: number, to: number): Row[] {
    return this.#rows.slice(from, to);
  }

  /** Returns the row's place. */
  insert(row: Row): number {
    const at = this.#placeOf(row);
    if (at === this.#rows.length) this.#rows.push(row);
    else this.#rows.splice(at, 0, row);
    return at;
  }

  /** Of a row that is inside (equal in the order is enough); returns the place that it had. */
  remove(row: Row): number {
    const at = this.#placeOf(row);
    this.#rows.splice(at, 1);
    return at;
  }

  /** Keeps the first `size` rows and returns the others. */
  truncate(size: number): Row[] {
    return this.#rows.splice(size);
  }

  /** Takes rows that are in order already. */
  reset(rows: readonly Row[]): void {
    this.#rows = [...rows];
  }

  /** How many rows come before this one. */
  #placeOf(row: Row): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order(this.#rows[middle]!, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
