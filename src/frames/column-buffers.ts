/**
 * The value arrays of one panel's table from cut to cut. A table gets the same arrays again, filled anew: thousands of
 * rows a second would otherwise be garbage. Grafana empties the arrays of a frame that it lets go unless the next has
 * them too, so an array belongs to one panel and to one field of it, and is never shared.
 */
export class ColumnBuffers {
  readonly #arrays = new Map<string, unknown[]>();

  /** For a field of so many rows; what is in it may be anything. */
  take(name: string, rows: number): unknown[] {
    let array = this.#arrays.get(name);
    if (array === undefined) {
      array = [];
      this.#arrays.set(name, array);
    }
    if (array.length > rows) array.length = rows;
    // Null makes of it, for good, what an engine keeps any value in: numbers are then copied as quickly as texts.
    while (array.length < rows) array.push(null);
    return array;
  }
}
