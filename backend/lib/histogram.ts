/** Counts by upper bound, as Prometheus shows them. */
export class Histogram {
  readonly bounds: readonly number[];
  /** Not cumulative; the last is above all bounds. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let at = 0;
    while (at < this.bounds.length && value > this.bounds[at]!) at++;
    this.counts[at]!++;
    this.sum += value;
    this.count++;
  }
}
