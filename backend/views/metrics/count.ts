import type { Value } from '../../protocol/schema.ts';
import type { Accumulator } from './accumulator.ts';

export class Count implements Accumulator {
  #count = 0;

  add(): void {
    this.#count++;
  }

  remove(): void {
    this.#count--;
  }

  write(into: Value[]): void {
    into.push(this.#count);
  }
}
