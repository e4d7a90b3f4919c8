import { Histogram } from '../lib/histogram.ts';

/**
 * The work that was done and the work that sharing spared, per source. `asked` is what every registration on its own
 * would have cost: one evaluation an interval each, and one for each cut out of turn that it gets; `made` is what was
 * evaluated.
 */
export interface SourceWork {
  asked: number;
  made: number;
  /** What of `asked` was not made. It never falls: what is made bit by bit is asked for at the end. */
  avoided: number;
  /** Reads of the source itself: first loads, snapshots, refills. */
  queries: number;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class Counters {
  readonly sources = new Map<string, SourceWork>();
  readonly changes = new Map<string, number>();
  /** Messages of viewers that could not be done, by error code. */
  readonly refusals = new Map<string, number>();
  encodings = 0;
  readonly sweepSeconds = new Histogram(SECONDS);
  readonly changeToSendSeconds = new Histogram(SECONDS);

  work(source: string): SourceWork {
    let work = this.sources.get(source);
    if (work === undefined) {
      work = { asked: 0, made: 0, avoided: 0, queries: 0 };
      this.sources.set(source, work);
    }
    return work;
  }

  /** By source, after what was made of it. */
  countAsked(asked: ReadonlyMap<string, number>): void {
    for (const [source, count] of asked) {
      const work = this.work(source);
      work.asked += count;
      work.avoided = Math.max(work.avoided, work.asked - work.made);
    }
  }

  countRefusal(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  countChanges(table: string, count: number): void {
    this.changes.set(table, (this.changes.get(table) ?? 0) + count);
  }
}
