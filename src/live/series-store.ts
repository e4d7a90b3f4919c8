import type { Columns, Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';

/** A panel is some 2 000 pixels wide: more points could not be seen. */
const POINTS_MAX = 2000;
/** More lines than a reader can tell apart; the notifier keeps no more either. */
const LINES_MAX = 100;
const STEP_MS_MIN = 250;
/** Below this, clocks count as equal: the newest point that the notifier keeps is up to an interval old. */
const SKEW_MS_MIN = 15_000;

interface Frame {
  readonly fields: readonly Field[];
  readonly values: Columns;
}

/** The past of one group. */
export interface SeriesLine {
  /** The values of the group columns. */
  readonly label: readonly Value[];
  /** `metrics[i][moment]`: null before the group appeared. */
  readonly metrics: readonly Value[][];
}

/**
 * The past of a metric view as the notifier retained it, carried on with every metric cut at its time of arrival, one
 * line a group. A moment is when one of them changed; all have a value at each, since a metric holds until it changes.
 * Moments are only added at the end and taken off at the start; of those told, only the last may still change. Bounded
 * by the longest past that a panel asks for.
 */
export class SeriesStore {
  readonly rangeMs: number;
  /** The view's: group columns, then metrics. */
  fields: readonly Field[] = [];
  /** Of the moments, ascending. */
  readonly times: number[] = [];
  readonly #stepMs: number;
  readonly #lines = new Map<string, SeriesLine>();
  #first = 0;
  #groups = 0;
  /** This page's clock minus the notifier's. */
  #skewMs = 0;
  #trimmedMs = 0;

  constructor(rangeMs: number) {
    this.rangeMs = rangeMs;
    this.#stepMs = Math.max(STEP_MS_MIN, Math.ceil(rangeMs / POINTS_MAX));
  }

  /** In the order in which the groups first appeared. */
  get lines(): Iterable<SeriesLine> {
    return this.#lines.values();
  }

  /** How many moments there were before the first of `times`. */
  get first(): number {
    return this.#first;
  }

  /** What the page's clock shows, on the notifier's. */
  noticedMs(nowMs: number): number {
    return nowMs - this.#skewMs;
  }

  /** What holds at a time: the last moment by then, or the first there is. */
  indexAt(timeMs: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle]! <= timeMs) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** Once, before anything is recorded. The long format: a leading time, the groups, the metrics; rows ascend in time. */
  load({ fields, values }: Frame, groups: number, nowMs: number): void {
    this.#groups = groups;
    this.fields = fields.slice(1);
    const [times = [], ...columns] = values;
    for (let row = 0; row < times.length; row++) {
      const timeMs = Number(times[row]);
      if (timeMs > this.#lastMs) this.#add(timeMs);
      const line = this.#lineAt(columns, row);
      if (line !== undefined) this.#tell(line, columns, row);
    }
    const last = Number(times.at(-1) ?? nowMs);
    this.#skewMs = Math.abs(nowMs - last) < SKEW_MS_MIN ? 0 : nowMs - last;
    this.#trimmedMs = nowMs;
  }

  /** A metric frame: absolute values, one row a group; a group that is not in it is empty. */
  record({ fields, values }: Frame, groups: number, nowMs: number): void {
    this.#groups = groups;
    this.fields = fields;
    const rows = new Map<SeriesLine, number>();
    for (let row = 0; row < (values[0]?.length ?? 0); row++) {
      const line = this.#lineAt(values, row);
      if (line !== undefined) rows.set(line, row);
    }
    const lines = [...this.#lines.values()];
    if (this.times.length > 0 && lines.every(line => this.#holds(line, values, rows.get(line)))) return;
    this.#reach(Math.floor(this.noticedMs(nowMs) / this.#stepMs) * this.#stepMs);
    for (const line of lines) this.#tell(line, values, rows.get(line));
    if (nowMs - this.#trimmedMs > this.rangeMs / 8) this.#trim(nowMs);
  }

  get #lastMs(): number {
    return this.times.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  #holds({ metrics }: SeriesLine, values: Columns, row: number | undefined): boolean {
    return metrics.every((column, i) => column.at(-1) === valueAt(values[this.#groups + i], row));
  }

  /** A metric is a step function: before a change it is drawn up to the last step at which it still held. */
  #reach(timeMs: number): void {
    const lastMs = this.#lastMs;
    if (timeMs <= lastMs) return;
    if (this.times.length > 0 && timeMs - this.#stepMs > lastMs) this.#add(timeMs - this.#stepMs);
    this.#add(timeMs);
  }

  /** A moment at which everything is as before. */
  #add(timeMs: number): void {
    this.times.push(timeMs);
    for (const { metrics } of this.#lines.values()) for (const column of metrics) column.push(column.at(-1) ?? null);
  }

  #tell({ metrics }: SeriesLine, values: Columns, row: number | undefined): void {
    for (const [i, column] of metrics.entries()) column[column.length - 1] = valueAt(values[this.#groups + i], row);
  }

  #trim(nowMs: number): void {
    this.#trimmedMs = nowMs;
    const gone = this.indexAt(this.noticedMs(nowMs) - this.rangeMs);
    this.#first += gone;
    this.times.splice(0, gone);
    for (const [key, { metrics }] of this.#lines) {
      for (const column of metrics) column.splice(0, gone);
      if (metrics.every(column => column.every(value => value === null))) this.#lines.delete(key);
    }
  }

  #lineAt(values: Columns, row: number): SeriesLine | undefined {
    const label = values.slice(0, this.#groups).map(column => column[row] ?? null);
    const key = JSON.stringify(label);
    let line = this.#lines.get(key);
    if (line === undefined && this.#lines.size < LINES_MAX) {
      const nothing = (): Value[] => this.times.map(() => null);
      line = { label, metrics: values.slice(this.#groups).map(nothing) };
      this.#lines.set(key, line);
    }
    return line;
  }
}

function valueAt(column: readonly Value[] | undefined, row: number | undefined): Value {
  return row === undefined ? null : (column?.[row] ?? null);
}
