import { assert } from '../../lib/assert.ts';
import type { Value } from '../../protocol/schema.ts';
import type { Accumulator } from './accumulator.ts';

/**
 * Counts per bucket. Bucket i holds bounds[i-1] < value ≤ bounds[i]; the last one all above. Buckets are disjoint, not
 * cumulative: bar gauges, pie charts and heatmaps draw them as they are.
 */
export class Distribution implements Accumulator {
  readonly #bounds: readonly number[];
  readonly #counts: number[];

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: string | number): void {
    this.#change(value, 1);
  }

  remove(value: string | number): void {
    this.#change(value, -1);
  }

  write(into: Value[]): void {
    for (const count of this.#counts) into.push(count);
  }

  #change(value: string | number, by: 1 | -1): void {
    assert(typeof value === 'number', 'only numbers are distributed over bounds');
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= this.#bounds[middle]!) high = middle;
      else low = middle + 1;
    }
    this.#counts[low]! += by;
  }
}

/** The buckets' names, in their order: "≤ 5", "5 – 10", "> 10". */
export function bucketNames(bounds: readonly number[]): string[] {
  const names = bounds.map((bound, i) => (i === 0 ? `≤ ${bound}` : `${bounds[i - 1]} – ${bound}`));
  return [...names, `> ${bounds.at(-1)}`];
}
