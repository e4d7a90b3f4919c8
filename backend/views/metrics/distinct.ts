import type { Value } from '../../protocol/schema.ts';
import type { Accumulator } from './accumulator.ts';

/** How many different values, as `count(DISTINCT column)`. */
export class Distinct implements Accumulator {
  readonly #counts = new Map<string | number, number>();

  add(value: string | number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  remove(value: string | number): void {
    const count = this.#counts.get(value)! - 1;
    if (count === 0) this.#counts.delete(value);
    else this.#counts.set(value, count);
  }

  write(into: Value[]): void {
    into.push(this.#counts.size);
  }
}
