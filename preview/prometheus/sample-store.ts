import type { Sample } from './exposition.ts';

/** Half an hour at the sampling interval of two seconds; some hundred series make it a few megabytes. */
const SCRAPES_MAX = 900;
/** Between scrapes further apart than this nobody was looking: a value is not carried over. */
const LOOKBACK_MS = 10_000;

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Ascending in time. */
  readonly points: readonly { readonly timeMs: number; readonly value: number }[];
}

/** The scrapes of a metrics page, the oldest let go first. */
export class SampleStore {
  readonly #scrapes: { readonly timeMs: number; readonly samples: readonly Sample[] }[] = [];

  add(timeMs: number, samples: readonly Sample[]): void {
    this.#scrapes.push({ timeMs, samples });
    if (this.#scrapes.length > SCRAPES_MAX) this.#scrapes.shift();
  }

  get times(): number[] {
    return this.#scrapes.map(scrape => scrape.timeMs);
  }

  /** The series that carry all these labels, with their points in (at − window, at]. */
  select(wanted: Readonly<Record<string, string>>, atMs: number, windowMs = LOOKBACK_MS): Series[] {
    const found = new Map<string, { labels: Sample['labels']; points: { timeMs: number; value: number }[] }>();
    const pairs = Object.entries(wanted);
    for (const { timeMs, samples } of this.#scrapes) {
      if (timeMs <= atMs - windowMs || timeMs > atMs) continue;
      for (const { labels, value } of samples) {
        if (!pairs.every(([name, text]) => labels[name] === text)) continue;
        const key = JSON.stringify(labels);
        const series = found.get(key) ?? { labels, points: [] };
        series.points.push({ timeMs, value });
        found.set(key, series);
      }
    }
    return [...found.values()];
  }
}
