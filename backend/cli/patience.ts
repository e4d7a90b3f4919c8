import { setTimeout as sleep } from 'node:timers/promises';
import { PanelcastError } from '../lib/panelcast-error.ts';

const BACKOFF_MS = { first: 100, most: 10_000 } as const;

export interface PatienceOptions {
  /** How long what is waited for may stay away. */
  readonly forMs: number;
  /** What the waiting ends with, as in "trying again until …". */
  readonly until: string;
  readonly say: (text: string) => Promise<void>;
}

/** Tries again what may succeed later, and says why it waits: once, however long that takes. */
export class Patience {
  readonly #options: PatienceOptions;
  #delayMs: number = BACKOFF_MS.first;
  #sinceMs = Number.POSITIVE_INFINITY;
  #saidWhy = '';

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** Throws what will not succeed, and what has not in time. */
  async until<T>(work: () => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof PanelcastError && error.kind.retry)) throw error;
        await this.#wait(error);
      }
    }
  }

  /** It is there: `text` is said to whoever was told that it is not. */
  async ended(text: string): Promise<void> {
    this.#delayMs = BACKOFF_MS.first;
    this.#sinceMs = Number.POSITIVE_INFINITY;
    if (this.#saidWhy !== '') await this.#options.say(text);
    this.#saidWhy = '';
  }

  async #wait(error: PanelcastError): Promise<void> {
    const { forMs, say, until } = this.#options;
    const now = performance.now();
    this.#sinceMs = Math.min(this.#sinceMs, now);
    // Jitter, so that many tails do not come back together.
    const waitMs = Math.max(error.retryAfterMs ?? 0, this.#delayMs * (0.5 + Math.random()));
    if (now + waitMs - this.#sinceMs > forMs) throw error;
    if (this.#saidWhy !== error.message) await say(`${error.message}; trying again until ${until}`);
    this.#saidWhy = error.message;
    this.#delayMs = Math.min(2 * this.#delayMs, BACKOFF_MS.most);
    await sleep(waitMs);
  }
}
