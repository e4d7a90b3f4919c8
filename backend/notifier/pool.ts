/** Dashboards' worth of short ids, or users. */
const ENTRIES_MAX = 10_000;

/**
 * Makes equal things one thing: what crosses from another thread is a copy each time. Once full it begins anew, which
 * costs sharing and nothing else.
 */
export class Pool<T> {
  readonly #known = new Map<string, T>();

  one(key: string, value: T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= ENTRIES_MAX) this.#known.clear();
    this.#known.set(key, value);
    return value;
  }
}
