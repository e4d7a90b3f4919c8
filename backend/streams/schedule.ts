/** Streams of one interval, due together. */
export interface IntervalClass<S> {
  readonly intervalMs: number;
  nextMs: number;
  /** Streams that have had something to send, each once; whoever cuts the whole class takes the list. */
  dirty: S[];
  registrations: number;
  /** By source, those that would poll at each interval if nothing were pushed. */
  readonly polling: Map<string, number>;
}

/**
 * When what is due. Cuts of one interval are aligned to multiples of it, so that a dashboard moves at once. Invariant:
 * a class exists exactly while it has registrations, so that an idle notifier has no timer.
 */
export class Schedule<S> {
  readonly #classes = new Map<number, IntervalClass<S>>();

  get classes(): Iterable<IntervalClass<S>> {
    return this.#classes.values();
  }

  /** One more registration; `polls` names its source if it would poll. `effectiveMs`: as the throttle stretches it. */
  enter(intervalMs: number, polls: string | undefined, at: { nowMs: number; effectiveMs: number }): IntervalClass<S> {
    let found = this.#classes.get(intervalMs);
    if (found === undefined) {
      found = {
        intervalMs,
        nextMs: nextMultiple(at.nowMs, at.effectiveMs),
        dirty: [],
        registrations: 0,
        polling: new Map(),
      };
      this.#classes.set(intervalMs, found);
    }
    found.registrations++;
    if (polls !== undefined) found.polling.set(polls, (found.polling.get(polls) ?? 0) + 1);
    return found;
  }

  leave(of: IntervalClass<S>, polls: string | undefined): void {
    if (polls !== undefined) of.polling.set(polls, of.polling.get(polls)! - 1);
    if (--of.registrations === 0) this.#classes.delete(of.intervalMs);
  }

  /** The classes that are due now; each is next due at its following multiple. */
  takeDue(nowMs: number, effective: (intervalMs: number) => number): IntervalClass<S>[] {
    const due = [...this.#classes.values()].filter(({ nextMs }) => nextMs <= nowMs);
    for (const found of due) found.nextMs = nextMultiple(nowMs, effective(found.intervalMs));
    return due;
  }

  /** Infinity when nothing will be due. */
  nextMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { nextMs } of this.#classes.values()) next = Math.min(next, nextMs);
    return next;
  }
}

function nextMultiple(nowMs: number, intervalMs: number): number {
  return (Math.floor(nowMs / intervalMs) + 1) * intervalMs;
}
