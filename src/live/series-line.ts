import type { Value } from '../../backend/protocol/schema.ts';

/** The past of one group: the points at which its metrics changed. Times ascend. */
export class SeriesLine {
  /** The values of the group columns. */
  readonly label: readonly Value[];
  times: number[] = [];
  /** `metrics[i][point]` */
  metrics: Value[][];

  constructor(label: readonly Value[], metrics: number) {
    this.label = label;
    this.metrics = Array.from({ length: metrics }, () => []);
  }

  get lastMs(): number {
    return this.times.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  push(tMs: number, values: readonly Value[]): void {
    this.times.push(tMs);
    for (const [i, column] of this.metrics.entries()) column.push(values[i] ?? null);
  }

  /** A metric is a step function: before a change it is drawn up to the last step at which it still held. */
  record(tMs: number, values: readonly Value[], stepMs: number): void {
    if (this.metrics.every((column, i) => column.at(-1) === (values[i] ?? null)) && this.times.length > 0) return;
    if (tMs <= this.lastMs) return void this.#replaceLast(values);
    const heldMs = tMs - stepMs;
    if (heldMs > this.lastMs && this.times.length > 0)
      this.push(
        heldMs,
        this.metrics.map(column => column.at(-1)!),
      );
    this.push(tMs, values);
  }

  /** Drops the points before the last one that lies at or before the horizon; false when nothing is left to see. */
  trim(horizonMs: number): boolean {
    let before = 0;
    while (before + 1 < this.times.length && this.times[before + 1]! <= horizonMs) before++;
    if (before > 0) {
      this.times.splice(0, before);
      for (const column of this.metrics) column.splice(0, before);
    }
    return this.lastMs > horizonMs || this.metrics.some(column => column.at(-1) !== null);
  }

  #replaceLast(values: readonly Value[]): void {
    for (const [i, column] of this.metrics.entries()) column[column.length - 1] = values[i] ?? null;
  }
}
