/**
 * A Map, in its order too, for where there are tens of thousands and nearly all have one entry: that is kept in place,
 * and a Map of one takes 360 bytes. Values are objects: a value is what tells that there is an entry.
 */
export class SmallMap<K, V extends object> {
  #key: K | undefined;
  #value: V | undefined;
  /** What came after the first. */
  #others: Map<K, V> | undefined;

  get size(): number {
    return (this.#value === undefined ? 0 : 1) + (this.#others?.size ?? 0);
  }

  get(key: K): V | undefined {
    return this.#isFirst(key) ? this.#value : this.#others?.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    if (this.#value === undefined || this.#isFirst(key)) {
      this.#key = key;
      this.#value = value;
    } else {
      this.#others ??= new Map();
      this.#others.set(key, value);
    }
  }

  delete(key: K): void {
    if (!this.#isFirst(key)) {
      this.#others?.delete(key);
      return;
    }
    const next = this.#others?.entries().next().value;
    [this.#key, this.#value] = next ?? [undefined, undefined];
    if (next !== undefined) this.#others!.delete(next[0]);
  }

  values(): readonly V[] {
    if (this.#value === undefined) return [];
    return this.#others === undefined ? [this.#value] : [this.#value, ...this.#others.values()];
  }

  #isFirst(key: K): boolean {
    return this.#value !== undefined && this.#key === key;
  }
}
