/** Below this, new arrays cost less than a thought about them. */
const ROWS_MIN = 100;

/**
 * The value arrays of one panel's table from cut to cut. A table gets the same arrays again, filled anew: thousands of
 * rows a second would otherwise be garbage. Grafana empties the arrays of a frame that it lets go unless the next has
 * them too, so an array belongs to one panel and to one field of it, and is never shared.
 */
export class ColumnBuffers {
  readonly #arrays = new Map<string, unknown[]>();

  /** For a field of so many rows; what is in it may be anything. */
  take(name: string, rows: number): unknown[] {
    if (rows < ROWS_MIN) {
      this.#arrays.delete(name);
      return new Array(rows);
    }
    const kept = this.#arrays.get(name);
    // One that grew could be kept as a map by the engine.
    if (kept === undefined || kept.length < rows) {
      const array = new Array<unknown>(rows);
      this.#arrays.set(name, array);
      return array;
    }
    if (kept.length > rows) kept.length = rows;
    return kept;
  }
}
