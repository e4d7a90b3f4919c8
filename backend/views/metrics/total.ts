import { assert } from '../../lib/assert.ts';
import { ExactSum } from './exact-sum.ts';

/**
 * The total and count that sum and avg read. Infinities are counted apart, since one inside a sum can never be taken
 * out again. Integers and reals alike are exact inside; beyond 2^53 an integer total is read as the nearest double,
 * because that is all that JSON carries (SQLite would answer its 64 bits, and overflow after them).
 */
export class Total {
  count = 0;
  readonly #finite = new ExactSum();
  #positiveInfinities = 0;
  #negativeInfinities = 0;

  add(value: string | number): void {
    this.count++;
    this.#change(value, 1);
  }

  remove(value: string | number): void {
    this.count--;
    this.#change(value, -1);
  }

  /** NULL when the total has no value: infinities of both signs. */
  total(): number | null {
    if (this.#positiveInfinities > 0) return this.#negativeInfinities > 0 ? null : Number.POSITIVE_INFINITY;
    return this.#negativeInfinities > 0 ? Number.NEGATIVE_INFINITY : this.#finite.value();
  }

  #change(value: string | number, sign: 1 | -1): void {
    assert(typeof value === 'number', 'only numbers are summed');
    if (value === Number.POSITIVE_INFINITY) this.#positiveInfinities += sign;
    else if (value === Number.NEGATIVE_INFINITY) this.#negativeInfinities += sign;
    else this.#finite.add(sign * value);
  }
}
