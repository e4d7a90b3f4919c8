export const THROTTLES = ['adaptive', 'patent', 'off'] as const;
export type ThrottleKind = (typeof THROTTLES)[number];

/** A sweep may take half of its interval: the other half is for intake, joins and everything else. */
const BUDGET = 0.5;
/** Slower than this an operator takes the stream for dead. */
const INTERVAL_MS_MAX = 30_000;
/** One step of the pause between request sets. */
const PAUSE_STEP_MS = 10;
const PAUSE_MS_MAX = 1000;

/**
 * Lengthens the interval when sweeps take too long, and shortens it again.
 *
 * `adaptive` stretches all intervals by one factor, from the share of the present interval that the last sweep took:
 * above the budget by a quarter, above twice the budget it doubles, below half the budget it shrinks by a quarter.
 * `patent` adds one step to the pause between request sets whenever a sweep exceeds the budget, and keeps it.
 */
export class Throttle {
  readonly kind: ThrottleKind;
  readonly #baseMs: number;
  #stretch = 1;
  #pauseMs = 0;
  #why = '';

  constructor(kind: ThrottleKind, baseMs: number) {
    this.kind = kind;
    this.#baseMs = baseMs;
  }

  /** Factor on every interval. */
  get stretch(): number {
    return this.#stretch;
  }

  get pauseMs(): number {
    return this.#pauseMs;
  }

  get throttled(): boolean {
    return this.#stretch > 1 || this.#pauseMs > 0;
  }

  /** For a reader: what made the interval what it is; empty when nothing did. */
  get why(): string {
    return this.#why;
  }

  intervalMs(askedMs: number): number {
    return Math.min(Math.max(INTERVAL_MS_MAX, askedMs), askedMs * this.#stretch);
  }

  /** One sweep has taken this long, without its pauses. */
  swept(ms: number): void {
    if (this.kind === 'patent') this.#sweptPatent(ms);
    else if (this.kind === 'adaptive') this.#sweptAdaptive(ms);
  }

  #sweptPatent(ms: number): void {
    if (ms <= BUDGET * this.#baseMs || this.#pauseMs >= PAUSE_MS_MAX) return;
    this.#pauseMs += PAUSE_STEP_MS;
    this.#why = `a sweep took ${Math.round(ms)} ms of ${this.#baseMs}; the pause between request sets is now ${this.#pauseMs} ms`;
  }

  #sweptAdaptive(ms: number): void {
    const intervalMs = this.intervalMs(this.#baseMs);
    const share = ms / intervalMs;
    const factor = share > 2 * BUDGET ? 2 : share > BUDGET ? 1.25 : share < BUDGET / 2 ? 0.75 : 1;
    const ceiling = Math.max(1, INTERVAL_MS_MAX / this.#baseMs);
    this.#stretch = Math.min(ceiling, Math.max(1, this.#stretch * factor));
    if (factor > 1) this.#why = `a sweep took ${Math.round(ms)} ms of ${Math.round(intervalMs)}`;
    if (this.#stretch === 1) this.#why = '';
  }
}
