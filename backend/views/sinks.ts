/**
 * Where a view's output goes: its streams, nearly always one. A list that is replaced as a whole takes a quarter of the
 * room of a Set, and a sink may come or go while others are told.
 */
export class Sinks<S> {
  #list: readonly S[] = [];

  get size(): number {
    return this.#list.length;
  }

  add(sink: S): void {
    this.#list = this.#list.concat([sink]);
  }

  delete(sink: S): void {
    this.#list = this.#list.filter(other => other !== sink);
  }

  get all(): readonly S[] {
    return this.#list;
  }
}
