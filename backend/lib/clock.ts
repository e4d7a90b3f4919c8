/** Time comes in through a Clock, so that a whole history can be simulated from a seed. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never run backwards, for durations. */
  monotonicMs(): number;
  after(delayMs: number, run: () => void): Timer;
}
