export interface Timer {
  cancel(): void;
}

/** What the live rooms need of the browser, so that tests can simulate it. */
export interface Page {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  after(delayMs: number, run: () => void): Timer;
  /** Runs before the next paint; soon, where nothing is painted. */
  frame(run: () => void): void;
  readonly isHidden: boolean;
  readonly isOnline: boolean;
  /** Told when the page is hidden or shown and when the network goes or comes back; returns how to stop it. */
  onChange(listener: () => void): () => void;
}
