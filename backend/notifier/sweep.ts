import type { Clock, Timer } from '../lib/clock.ts';
import type { Encode } from '../streams/stream.ts';
import type { FilterSet } from '../views/filter-set.ts';
import type { CutFacts } from './link.ts';
import type { LiveStream } from './live-stream.ts';

/** What one stream has in a cut: taken at its instant, encoded later. */
export interface Taken {
  readonly live: LiveStream;
  readonly encode: Encode;
}

export interface Encoded {
  readonly live: LiveStream;
  readonly texts: readonly string[];
}

export interface SweepOptions {
  readonly clock: Clock;
  readonly facts: CutFacts;
  /** Between two request sets. */
  readonly pauseMs: number;
  readonly encode: (taken: Taken) => readonly string[] | undefined;
  readonly done: (encoded: readonly Encoded[], busyMs: number) => void;
}

/** Long enough to be efficient, short enough that a probe's batch does not wait: the writer shares this thread. */
const SLICE_MS = 8;

/**
 * One pass over the request sets that have something to send (Fig. 4): set by set, metrics before rows, with the
 * throttle's pause in between, in slices so that the store goes on. What is encoded was taken at the cut, so it does not
 * matter what commits meanwhile. `finish` does the rest at once: nothing may overtake a cut.
 */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #sets: (readonly Taken[])[];
  readonly #encoded: Encoded[] = [];
  #timer: Timer | undefined;
  #next = 0;
  #busyMs = 0;

  constructor(options: SweepOptions, sets: (readonly Taken[])[]) {
    this.#options = options;
    this.#sets = sets;
  }

  get sets(): number {
    return this.#sets.length;
  }

  start(): void {
    this.#run(this.#options.pauseMs > 0 ? 0 : SLICE_MS);
  }

  finish(): void {
    this.#timer?.cancel();
    this.#run(Number.POSITIVE_INFINITY);
  }

  #run(sliceMs: number): void {
    const { clock, pauseMs } = this.#options;
    const start = clock.monotonicMs();
    let elapsed = 0;
    while (this.#next < this.#sets.length) {
      for (const taken of this.#sets[this.#next]!) {
        const texts = this.#options.encode(taken);
        if (texts !== undefined) this.#encoded.push({ live: taken.live, texts });
      }
      this.#next++;
      elapsed = clock.monotonicMs() - start;
      if (elapsed >= sliceMs) break;
    }
    this.#busyMs += elapsed;
    if (this.#next < this.#sets.length) this.#timer = clock.after(pauseMs, () => this.#run(sliceMs));
    else this.#options.done(this.#encoded, this.#busyMs);
  }
}

/** Groups what was taken by request set, metrics first; the round robin starts one set further each time. */
export function sweepOrder(taken: readonly Taken[], turn: number): Taken[][] {
  const sets = new Map<FilterSet, Taken[]>();
  for (const one of taken) {
    const { set } = one.live.entry;
    const members = sets.get(set);
    if (members === undefined) sets.set(set, [one]);
    else members.push(one);
  }
  const rank = ({ live }: Taken) => (live.entry.view.kind === 'metric' ? 0 : 1);
  const ordered = [...sets.values()].map(members => members.sort((a, b) => rank(a) - rank(b)));
  const first = ordered.length === 0 ? 0 : turn % ordered.length;
  return [...ordered.slice(first), ...ordered.slice(0, first)];
}
