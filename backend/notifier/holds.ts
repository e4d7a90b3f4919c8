import type { FilterSet } from '../views/filter-set.ts';
import type { LiveStream } from './live-stream.ts';

/**
 * Filter sets that were flushed: their streams are next due one whole interval later. It is the set that waits, and not
 * each stream of it, so that a panel which is opened meanwhile moves with the others.
 */
export class Holds {
  /** By interval, until when. */
  readonly #sets = new Map<FilterSet, Map<number, number>>();

  add({ entry, intervalMs }: LiveStream, untilMs: number): void {
    let intervals = this.#sets.get(entry.set);
    if (intervals === undefined) {
      intervals = new Map();
      this.#sets.set(entry.set, intervals);
    }
    intervals.set(intervalMs, untilMs);
  }

  isHeld({ entry, intervalMs }: LiveStream, nowMs: number): boolean {
    return (this.#sets.get(entry.set)?.get(intervalMs) ?? nowMs) > nowMs;
  }

  forget(set: FilterSet): void {
    this.#sets.delete(set);
  }

  nextMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const intervals of this.#sets.values())
      for (const untilMs of intervals.values()) next = Math.min(next, untilMs);
    return next;
  }

  /** Those that are over. */
  takeDue(nowMs: number): { readonly set: FilterSet; readonly intervalMs: number }[] {
    const due: { readonly set: FilterSet; readonly intervalMs: number }[] = [];
    for (const [set, intervals] of this.#sets) {
      for (const [intervalMs, untilMs] of intervals) {
        if (untilMs > nowMs) continue;
        due.push({ set, intervalMs });
        intervals.delete(intervalMs);
      }
      if (intervals.size === 0) this.#sets.delete(set);
    }
    return due;
  }
}
