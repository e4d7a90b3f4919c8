import type { Value } from '../../protocol/schema.ts';
import type { Accumulator } from './accumulator.ts';
import { Total } from './total.ts';

export class Average extends Total implements Accumulator {
  write(into: Value[]): void {
    const total = this.count === 0 ? null : this.total();
    into.push(total === null ? null : total / this.count);
  }
}
