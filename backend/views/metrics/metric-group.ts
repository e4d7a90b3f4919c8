import type { Row, Value } from '../../protocol/schema.ts';
import type { Accumulator } from './accumulator.ts';
import { METRIC_FUNCTIONS } from './metric-functions.ts';
import type { MetricSpec } from './metric-spec.ts';

/** One group of a metric view: its label, its row count and one accumulator a metric. Holds no rows. */
export class MetricGroup {
  /** The values of the group columns. */
  readonly label: readonly Value[];
  rows = 0;
  readonly #metrics: readonly MetricSpec[];
  readonly #accumulators: readonly Accumulator[];
  /** One row of the frame, label first; undefined once something changed. */
  #cells: readonly Value[] | undefined;

  constructor(label: readonly Value[], metrics: readonly MetricSpec[]) {
    this.label = label;
    this.#metrics = metrics;
    this.#accumulators = metrics.map(metric => METRIC_FUNCTIONS[metric.fn].accumulator(metric));
  }

  get cells(): readonly Value[] {
    if (this.#cells === undefined) {
      const cells = [...this.label];
      for (const accumulator of this.#accumulators) accumulator.write(cells);
      this.#cells = cells;
    }
    return this.#cells;
  }

  add(row: Row): void {
    this.rows++;
    this.#cells = undefined;
    for (let i = 0; i < this.#metrics.length; i++) {
      const value = measured(this.#metrics[i]!, row);
      if (value !== null) this.#accumulators[i]!.add(value);
    }
  }

  remove(row: Row): void {
    this.rows--;
    this.#cells = undefined;
    for (let i = 0; i < this.#metrics.length; i++) {
      const value = measured(this.#metrics[i]!, row);
      if (value !== null) this.#accumulators[i]!.remove(value);
    }
  }

  /** Says whether a measured column changed at all. */
  replace(before: Row, after: Row): boolean {
    let changed = false;
    for (let i = 0; i < this.#metrics.length; i++) {
      const old = measured(this.#metrics[i]!, before);
      const now = measured(this.#metrics[i]!, after);
      if (old === now) continue;
      if (now !== null) this.#accumulators[i]!.add(now);
      if (old !== null) this.#accumulators[i]!.remove(old);
      changed = true;
    }
    if (changed) this.#cells = undefined;
    return changed;
  }
}

/** A metric without a column measures the row itself. */
function measured(metric: MetricSpec, row: Row): Value {
  return metric.columnIndex === undefined ? 1 : row[metric.columnIndex]!;
}
