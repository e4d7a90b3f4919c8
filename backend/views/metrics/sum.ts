import type { Value } from '../../protocol/schema.ts';
import type { Accumulator } from './accumulator.ts';
import { Total } from './total.ts';

/** NULL, not 0, when nothing is inside: as in SQL. */
export class Sum extends Total implements Accumulator {
  write(into: Value[]): void {
    into.push(this.count === 0 ? null : this.total());
  }
}
