import type { Clock, Timer } from '../lib/clock.ts';
import type { Field } from '../protocol/messages.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import { MetricSeries } from '../views/series.ts';

const HOUR_MS = 3_600_000;
/**
 * A past is kept over one of these, the first that reaches as far as is wanted: a longer one has longer steps, so that who
 * wants more makes nothing coarser for the others, and whoever asks, a view has no more than four.
 */
const RANGES_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS] as const;

/**
 * Keeps the past of metric views: of those that somebody wants it of for as long as the view lives, of named views with
 * a history always. One timer, only while there is something to record.
 */
export class Recorder {
  /** Of each view those of ascending range. */
  readonly #series = new Map<ViewEntry, MetricSeries[]>();
  #pinned: ReadonlySet<ViewEntry> = new Set();
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #onFault: (entry: ViewEntry, error: unknown) => void;
  #timer: Timer | undefined;

  constructor(options: { clock: Clock; intervalMs: number; onFault: (entry: ViewEntry, error: unknown) => void }) {
    this.#clock = options.clock;
    this.#intervalMs = options.intervalMs;
    this.#onFault = options.onFault;
  }

  get size(): number {
    return this.#series.size;
  }

  /** Points held, over all views. */
  get points(): number {
    return [...this.#series.values()].flat().reduce((sum, { points }) => sum + points, 0);
  }

  /** Sees to it that the view's past is kept for so long, if it is not: from now on, with what there is of it. */
  keep(entry: ViewEntry, rangeMs: number): void {
    if (entry.spec.kind !== 'metric') return;
    const all = this.#series.get(entry) ?? [];
    const range = RANGES_MS.find(each => each >= rangeMs) ?? RANGES_MS.at(-1)!;
    const longest = all.at(-1);
    if (longest !== undefined && longest.rangeMs >= range) return;
    const series =
      longest?.widened(range) ??
      new MetricSeries({
        fields: entry.view.fields,
        stepMs: this.#intervalMs,
        rangeMs: range,
        groupColumns: entry.spec.groupBy.length,
      });
    all.push(series);
    this.#series.set(entry, all);
    this.#record(entry, [series]);
    this.#schedule();
  }

  /** From here on these are kept although nobody watches, and no others. Answers those that were until now. */
  pin(entries: ReadonlySet<ViewEntry>): ReadonlySet<ViewEntry> {
    const released = this.#pinned.difference(entries);
    this.#pinned = entries;
    return released;
  }

  isPinned(entry: ViewEntry): boolean {
    return this.#pinned.has(entry);
  }

  forget(entry: ViewEntry): void {
    this.#series.delete(entry);
    if (this.#series.size === 0) this.stop();
  }

  /** The retained past, at most this long. */
  past(
    entry: ViewEntry,
    rangeMs: number,
  ): { readonly fields: readonly Field[]; readonly values: ReturnType<MetricSeries['frame']>['values'] } | undefined {
    const all = this.#series.get(entry);
    return (all?.find(series => series.rangeMs >= rangeMs) ?? all?.at(-1))?.frame(this.#clock.now() - rangeMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#series.size === 0) return;
    const now = this.#clock.now();
    this.#timer = this.#clock.after(this.#intervalMs - (now % this.#intervalMs), () => {
      this.#timer = undefined;
      for (const [entry, all] of this.#series) this.#record(entry, all);
      this.#schedule();
    });
  }

  #record(entry: ViewEntry, all: readonly MetricSeries[]): void {
    if (entry.view.kind !== 'metric') return;
    try {
      const frame = entry.view.frame();
      for (const series of all) series.record(this.#clock.now(), frame);
    } catch (error) {
      this.#onFault(entry, error);
    }
  }
}
