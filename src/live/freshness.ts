import type { Page, Timer } from './page.ts';

/** How current the page is. `stale`: for so long without a connection that a reader must not trust it. */
export type FreshnessName = 'live' | 'reconnecting' | 'stale';

/** An identity that is renewed or a notifier that restarts quickly is not worth a word. */
const GRACE_MS = 2000;
const STALE_MS = 30_000;

/** What a lost connection means to the reader, as time passes. */
export class Freshness {
  readonly #page: Page;
  readonly #changed: () => void;
  #name: FreshnessName = 'live';
  #lostMs: number | undefined;
  #timer: Timer | undefined;

  constructor(page: Page, changed: () => void) {
    this.#page = page;
    this.#changed = changed;
  }

  get name(): FreshnessName {
    return this.#name;
  }

  lost(): void {
    if (this.#lostMs !== undefined) return;
    this.#lostMs = this.#page.now();
    this.#timer = this.#page.after(GRACE_MS, () => this.#become('reconnecting'));
  }

  recovered(): void {
    this.#timer?.cancel();
    this.#lostMs = undefined;
    if (this.#name !== 'live') this.#become('live');
  }

  dispose(): void {
    this.#timer?.cancel();
  }

  #become(name: FreshnessName): void {
    this.#name = name;
    if (name === 'reconnecting') this.#timer = this.#page.after(STALE_MS - GRACE_MS, () => this.#become('stale'));
    this.#changed();
  }
}
