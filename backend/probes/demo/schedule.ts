import { Heap } from '../../lib/heap.ts';

interface Entry<T> {
  readonly atMs: number;
  readonly order: number;
  readonly item: T;
}

/** What is to happen when. Of two at the same time the one added first comes first. */
export class Schedule<T> {
  readonly #heap = new Heap<Entry<T>>((a, b) => a.atMs - b.atMs || a.order - b.order);
  #added = 0;

  get size(): number {
    return this.#heap.size;
  }

  add(atMs: number, item: T): void {
    this.#heap.push({ atMs, order: this.#added++, item });
  }

  /** Takes out the earliest item that is due at `nowMs`. */
  takeDue(nowMs: number): T | undefined {
    const first = this.#heap.peek();
    return first && first.atMs <= nowMs ? this.#heap.pop()!.item : undefined;
  }
}
