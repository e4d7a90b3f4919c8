import { Heap } from '../../lib/heap.ts';
import type { Value } from '../../protocol/schema.ts';
import { compareValues } from '../value-order.ts';
import type { Accumulator } from './accumulator.ts';

/** Dead values that are tolerated before a small heap is rebuilt. */
const DEAD_MIN = 64;

/**
 * min and max: a heap of the distinct values with lazy deletion. Invariant: a value is in the heap exactly when it is in
 * `counts`; a count of 0 marks it dead. Dead values leave when they reach the top, or all at once when they outnumber
 * the live: a rising maximum would otherwise bury the old ones for ever.
 */
export class Extreme implements Accumulator {
  readonly #heap: Heap<string | number>;
  readonly #counts = new Map<string | number, number>();
  #dead = 0;

  constructor(which: 'min' | 'max') {
    const sign = which === 'min' ? 1 : -1;
    this.#heap = new Heap((a, b) => sign * compareValues(a, b));
  }

  /** Distinct values held, dead ones included: what the memory depends on. */
  get held(): number {
    return this.#heap.size;
  }

  add(value: string | number): void {
    const count = this.#counts.get(value);
    if (count === undefined) this.#heap.push(value);
    else if (count === 0) this.#dead--;
    this.#counts.set(value, (count ?? 0) + 1);
  }

  remove(value: string | number): void {
    const count = this.#counts.get(value)! - 1;
    this.#counts.set(value, count);
    if (count > 0) return;
    this.#dead++;
    if (this.#dead > DEAD_MIN && this.#dead > this.#heap.size / 2) this.#rebuild();
  }

  write(into: Value[]): void {
    let top = this.#heap.peek();
    while (top !== undefined && this.#counts.get(top) === 0) {
      this.#heap.pop();
      this.#counts.delete(top);
      this.#dead--;
      top = this.#heap.peek();
    }
    into.push(top ?? null);
  }

  #rebuild(): void {
    for (const [value, count] of this.#counts) if (count === 0) this.#counts.delete(value);
    this.#heap.reset(this.#counts.keys());
    this.#dead = 0;
  }
}
