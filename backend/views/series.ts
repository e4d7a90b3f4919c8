import { assert } from '../lib/assert.ts';
import type { Columns, Field } from '../protocol/messages.ts';
import type { Value } from '../protocol/schema.ts';
import { SeriesLine } from './series-line.ts';

export interface SeriesOptions {
  /** The view's. */
  readonly fields: readonly Field[];
  /** Points lie on multiples of this; of several values in one step the last is kept. */
  readonly stepMs: number;
  /** Points older than this before the last record are let go. */
  readonly rangeMs: number;
  /** How many leading fields of the frames name the group. */
  readonly groupColumns: number;
  /** Steps in a range; a range that has more gets longer steps. */
  readonly pointsMax?: number;
  /** Of a frame with more rows the first are kept: the view's own order says which matter. */
  readonly groupsMax?: number;
  /** Records further apart than this leave a gap: nobody knows what was in between. */
  readonly gapMs?: number;
}

/** A wide panel is some 2 000 pixels: more points could not be seen. */
export const SERIES_POINTS_MAX = 2_000;

/** More lines than a reader can tell apart. With `pointsMax` it bounds a series to 200 000 points, about 5 MB a metric. */
export const SERIES_GROUPS_MAX = 100;

/** Twice the longest interval that the throttle stretches to (30 s): a view that is alive is recorded at every cut. */
export const SERIES_GAP_MS = 60_000;

interface Frame {
  readonly fields: readonly Field[];
  readonly values: Columns;
}

/**
 * The bounded past of a metric view. A metric is a step function: it holds until it changes. So a line keeps the points
 * at which it changed, and the series keeps until when it was watched at all. Reading draws each run with both its ends
 * (a chart that joins points by straight lines then shows steps, not ramps) and carries every line to the last record.
 * Where nobody recorded, and where a group was empty, a line has one point of NULLs, which charts draw as a gap.
 */
export class MetricSeries {
  readonly stepMs: number;
  readonly rangeMs: number;
  readonly #options: SeriesOptions;
  readonly #fields: readonly Field[];
  readonly #groupColumns: number;
  readonly #groupsMax: number;
  readonly #gapMs: number;
  readonly #lines = new Map<string, SeriesLine>();
  #lastFrame: Pick<Frame, 'values'> | undefined;
  /** The step of the last record. */
  #end: number | undefined;
  #trimAt = 0;
  #refused = 0;

  constructor(options: SeriesOptions) {
    assert(options.stepMs > 0 && options.rangeMs > 0, 'a series has a step and a range');
    const steps = options.rangeMs / options.stepMs;
    this.stepMs = options.stepMs * Math.max(1, Math.ceil(steps / (options.pointsMax ?? SERIES_POINTS_MAX)));
    this.#fields = options.fields;
    this.rangeMs = options.rangeMs;
    this.#options = options;
    this.#groupColumns = options.groupColumns;
    this.#groupsMax = options.groupsMax ?? SERIES_GROUPS_MAX;
    this.#gapMs = Math.max(options.gapMs ?? SERIES_GAP_MS, 2 * this.stepMs);
  }

  /** Points held, over all groups. */
  get points(): number {
    let points = 0;
    for (const line of this.#lines.values()) points += line.size;
    return points;
  }

  /** How many rows of frames were not recorded, because the frame had more than `groupsMax`. */
  get refused(): number {
    return this.#refused;
  }

  /** One of a longer range that has what this one has, and is no part of it. */
  widened(rangeMs: number): MetricSeries {
    const wider = new MetricSeries({ ...this.#options, rangeMs });
    for (const [key, line] of this.#lines) wider.#lines.set(key, line.inSteps(wider.stepMs));
    wider.#end = this.#end === undefined ? undefined : Math.floor(this.#end / wider.stepMs) * wider.stepMs;
    wider.#lastFrame = this.#lastFrame;
    return wider;
  }

  /** To be called at every cut of the view, also when nothing changed: the same frame object then costs nothing. */
  record(tMs: number, frame: Pick<Frame, 'values'>): void {
    const end = this.#end;
    const step = Math.max(end ?? 0, Math.floor(tMs / this.stepMs) * this.stepMs);
    const gap = end !== undefined && step - end > this.#gapMs;
    if (gap) for (const line of this.#lines.values()) line.record(end + this.stepMs, undefined);
    this.#end = step;
    if (step >= this.#trimAt) this.#trim();
    if (frame === this.#lastFrame && !gap) return;
    this.#lastFrame = frame;
    this.#recordFrame(step, frame.values);
  }

  /**
   * In the long format: `time`, then the view's fields; rows ascend in time. Starts with the values that held at
   * `fromMs`; never earlier than the range allows.
   */
  frame(fromMs: number): Frame {
    const fields: Field[] = [{ name: 'time', type: 'integer', format: 'time-ms' }, ...this.#fields];
    const values: Value[][] = fields.map(() => []);
    const end = this.#end;
    if (end === undefined) return { fields, values };
    const start = Math.ceil(Math.max(fromMs, end - this.rangeMs) / this.stepMs) * this.stepMs;
    const readers = [...this.#lines.values()].map(line => line.reader({ start, end, stepMs: this.stepMs }));
    for (let step = start; step <= end; step += this.stepMs) for (const read of readers) read(step, values);
    return { fields, values };
  }

  #recordFrame(step: number, values: Columns): void {
    const rows = values[0]?.length ?? 0;
    this.#refused += Math.max(0, rows - this.#groupsMax);
    const gone = new Set(this.#lines.values());
    const entered: (() => void)[] = [];
    for (let row = 0; row < Math.min(rows, this.#groupsMax); row++) {
      const cells = values.map(column => column[row]!);
      const label = cells.slice(0, this.#groupColumns);
      const metrics = cells.slice(this.#groupColumns);
      const key = JSON.stringify(label);
      const line = this.#lines.get(key);
      if (line === undefined) {
        entered.push(() => this.#enter(key, label).record(step, metrics));
      } else {
        line.record(step, metrics);
        gone.delete(line);
      }
    }
    for (const line of gone) line.record(step, undefined);
    for (const enter of entered) enter();
  }

  /** When full, the group that is absent the longest gives its room; there is one, as a frame has no more groups. */
  #enter(key: string, label: readonly Value[]): SeriesLine {
    if (this.#lines.size >= this.#groupsMax) {
      const absent = [...this.#lines].filter(([, line]) => line.absent);
      const longest = absent.reduce((a, b) => (b[1].changedAt < a[1].changedAt ? b : a));
      this.#lines.delete(longest[0]);
    }
    const line = new SeriesLine(label, this.#fields.length - this.#groupColumns);
    this.#lines.set(key, line);
    return line;
  }

  /** All lines once in an eighth of the range, so that a line that never changes is not looked at by each record. */
  #trim(): void {
    const end = this.#end ?? 0;
    const horizon = end - this.rangeMs;
    for (const [key, line] of this.#lines) if (line.trim(horizon)) this.#lines.delete(key);
    this.#trimAt = end + Math.max(this.stepMs, this.rangeMs / 8);
  }
}
