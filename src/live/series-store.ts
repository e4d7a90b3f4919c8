import type { Columns, Field } from '../../backend/protocol/messages.ts';
import { SeriesLine } from './series-line.ts';

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

/**
 * The past of a metric view as the notifier retained it, carried on with every metric cut at its time of arrival, one
 * line a group. Bounded by the longest past that a panel asks for.
 */
export class SeriesStore {
  readonly rangeMs: number;
  /** The view's: group columns, then metrics. */
  fields: readonly Field[] = [];
  readonly #stepMs: number;
  readonly #lines = new Map<string, SeriesLine>();
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

  /** What the page's clock shows, on the notifier's. */
  noticedMs(nowMs: number): number {
    return nowMs - this.#skewMs;
  }

  /** The long format: a leading time, the group columns, the metrics; rows ascend in time. */
  load({ fields, values }: Frame, groups: number, nowMs: number): void {
    this.#groups = groups;
    this.fields = fields.slice(1);
    this.#lines.clear();
    const times = values[0] ?? [];
    for (let row = 0; row < times.length; row++)
      this.#lineAt(values.slice(1), row, fields.length - 1 - groups)?.push(
        Number(times[row]),
        values.slice(1 + groups).map(column => column[row] ?? null),
      );
    const last = Number(times.at(-1) ?? nowMs);
    this.#skewMs = Math.abs(nowMs - last) < SKEW_MS_MIN ? 0 : nowMs - last;
    this.#trimmedMs = nowMs;
  }

  /** A metric frame: absolute values, one row a group; a group that is not in it is empty. */
  record({ fields, values }: Frame, groups: number, nowMs: number): void {
    this.#groups = groups;
    this.fields = fields;
    const stepMs = this.#stepMs;
    const tMs = Math.floor(this.noticedMs(nowMs) / stepMs) * stepMs;
    const absent = new Set(this.#lines.values());
    const metrics = values.slice(groups);
    for (let row = 0; row < (values[0]?.length ?? 0); row++) {
      const line = this.#lineAt(values, row, fields.length - groups);
      if (line === undefined) continue;
      absent.delete(line);
      line.record(
        tMs,
        metrics.map(column => column[row] ?? null),
        stepMs,
      );
    }
    for (const line of absent)
      line.record(
        tMs,
        line.metrics.map(() => null),
        stepMs,
      );
    if (nowMs - this.#trimmedMs > this.rangeMs / 8) this.#trim(nowMs);
  }

  #trim(nowMs: number): void {
    this.#trimmedMs = nowMs;
    for (const [key, line] of this.#lines)
      if (!line.trim(this.noticedMs(nowMs) - this.rangeMs)) this.#lines.delete(key);
  }

  #lineAt(values: Columns, row: number, metrics: number): SeriesLine | undefined {
    const label = values.slice(0, this.#groups).map(column => column[row] ?? null);
    const key = JSON.stringify(label);
    let line = this.#lines.get(key);
    if (line === undefined && this.#lines.size < LINES_MAX) {
      line = new SeriesLine(label, metrics);
      this.#lines.set(key, line);
    }
    return line;
  }
}
