import type { Clock, Timer } from '../lib/clock.ts';
import type { Counters } from '../views/counters.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import type { Taken } from './cut-order.ts';
import type { Span, StreamId } from './link.ts';

export interface SweepParts {
  readonly clock: Clock;
  readonly counters: Counters;
  /** Between two request sets. */
  readonly pauseMs: number;
  /** Puts texts where they are sent from. */
  readonly write: (texts: readonly string[]) => readonly Span[];
  readonly onFault: (entry: ViewEntry, error: unknown) => void;
}

/** Long enough to be efficient, short enough that a probe's batch does not wait: the writer shares this thread. */
const SLICE_MS = 8;

/**
 * One pass over the request sets that have something to send (Fig. 4), with the throttle's pause in between, in slices
 * so that the store goes on. What is encoded was taken at the cut, so it does not matter what commits meanwhile.
 * `finish` does the rest at once: nothing may overtake a cut.
 */
export class Sweep {
  /** What was encoded: `spans[i]` is the text of `streams[i]`. */
  readonly streams: StreamId[] = [];
  readonly spans: (readonly Span[])[] = [];
  sets = 0;
  busyMs = 0;
  readonly #parts: SweepParts;
  /** In the order of the sweep. */
  readonly #taken: readonly Taken[];
  readonly #done: (sweep: Sweep) => void;
  #timer: Timer | undefined;
  #next = 0;

  constructor(parts: SweepParts, taken: readonly Taken[], done: (sweep: Sweep) => void) {
    this.#parts = parts;
    this.#taken = taken;
    this.#done = done;
  }

  start(): void {
    this.#run(this.#parts.pauseMs > 0 ? 0 : SLICE_MS);
  }

  finish(): void {
    this.#timer?.cancel();
    this.#run(Number.POSITIVE_INFINITY);
  }

  #run(sliceMs: number): void {
    const { clock, pauseMs } = this.#parts;
    const startMs = clock.monotonicMs();
    let nowMs = startMs;
    while (this.#next < this.#taken.length) {
      nowMs = this.#encodeSet(nowMs);
      if (nowMs - startMs >= sliceMs) break;
    }
    this.busyMs += nowMs - startMs;
    if (this.#next < this.#taken.length) this.#timer = clock.after(pauseMs, () => this.#run(sliceMs));
    else this.#done(this);
  }

  /** From `startMs` on; answers when it was done. */
  #encodeSet(startMs: number): number {
    const { clock, counters } = this.#parts;
    const { set } = this.#taken[this.#next]!.live.entry;
    this.sets++;
    let nowMs = startMs;
    let last: ViewEntry | undefined;
    for (; this.#taken[this.#next]?.live.entry.set === set; this.#next++) {
      const one = this.#taken[this.#next]!;
      const { entry } = one.live;
      if (!this.#encode(one)) continue;
      const endMs = clock.monotonicMs();
      entry.cuts++;
      entry.costMs += endMs - nowMs;
      nowMs = endMs;
      counters.encodings++;
      if (entry !== last) counters.work(set.source.name).made++;
      last = entry;
    }
    return nowMs;
  }

  #encode({ encode, live }: Taken): boolean {
    try {
      this.spans.push(this.#parts.write(encode()));
      this.streams.push(live.id);
      return true;
    } catch (error) {
      this.#parts.onFault(live.entry, error);
      return false;
    }
  }
}
