import type { Clock, Timer } from '../lib/clock.ts';
import type { Field } from '../protocol/messages.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import { MetricSeries } from '../views/series.ts';

/** Without a longer wish a graph opened now shows the past hour. */
const RANGE_MS_MIN = 3_600_000;
const RANGE_MS_MAX = 7 * 24 * 3_600_000;

/**
 * Keeps the past of metric views: of those that somebody wants it of for as long as the view lives, of named views with
 * a history always. One timer, only while there is something to record.
 */
export class Recorder {
  readonly #series = new Map<ViewEntry, MetricSeries>();
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

  /** A view is recorded with the range of whoever asked first, an hour at least. */
  keep(entry: ViewEntry, rangeMs: number): void {
    if (this.#series.has(entry) || entry.spec.kind !== 'metric') return;
    const series = new MetricSeries({
      fields: entry.view.fields,
      stepMs: this.#intervalMs,
      rangeMs: Math.min(RANGE_MS_MAX, Math.max(RANGE_MS_MIN, rangeMs)),
      groupColumns: entry.spec.groupBy.length,
    });
    this.#series.set(entry, series);
    this.#record(entry, series);
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
    return this.#series.get(entry)?.frame(this.#clock.now() - rangeMs);
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
      for (const [entry, series] of this.#series) this.#record(entry, series);
      this.#schedule();
    });
  }

  #record(entry: ViewEntry, series: MetricSeries): void {
    if (entry.view.kind !== 'metric') return;
    try {
      series.record(this.#clock.now(), entry.view.frame());
    } catch (error) {
      this.#onFault(entry, error);
    }
  }
}
