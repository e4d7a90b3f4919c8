/** A small seeded generator (mulberry32): the same seed gives the same history on every machine. Not for secrets. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number in [0, n). */
  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + this.int(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of a non-empty list. */
  pick<T>(from: readonly T[]): T {
    return from[this.int(from.length)]!;
  }

  /** One of a non-empty list, as often as its weight says. */
  pickWeighted<T extends { readonly weight: number }>(from: readonly T[]): T {
    let rest = this.next() * from.reduce((sum, item) => sum + item.weight, 0);
    for (const item of from) {
      rest -= item.weight;
      if (rest < 0) return item;
    }
    return from.at(-1)!;
  }

  /** At most `count` different ones of a list, in random order; the list is left as it is. */
  sample<T>(from: readonly T[], count: number): T[] {
    const left = [...from];
    const taken: T[] = [];
    while (taken.length < count && left.length > 0) {
      const index = this.int(left.length);
      taken.push(left[index]!);
      left[index] = left.at(-1)!;
      left.pop();
    }
    return taken;
  }
}
