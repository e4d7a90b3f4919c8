import type { Page, Timer } from '../../../src/live/page.ts';
import { Random } from '../../support/random.ts';
import { SimClock } from '../../support/sim-clock.ts';

const FRAME_MS = 16;

/** A browser tab whose time and frames pass when they are told to. */
export class SimPage implements Page {
  readonly #clock = new SimClock();
  readonly #random: Random;
  readonly #listeners = new Set<() => void>();
  frames = 0;
  isHidden = false;
  isOnline = true;

  constructor(seed = 1) {
    this.#random = new Random(seed);
  }

  /** Timers and frames that wait. */
  get waiting(): number {
    return this.#clock.timers;
  }

  now(): number {
    return this.#clock.now();
  }

  random(): number {
    return this.#random.next();
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#clock.after(delayMs, run);
  }

  frame(run: () => void): void {
    this.#clock.after(FRAME_MS, () => {
      this.frames++;
      run();
    });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(change: Partial<Pick<SimPage, 'isHidden' | 'isOnline'>>): void {
    Object.assign(this, change);
    for (const listener of this.#listeners) listener();
  }

  pass(ms: number): void {
    this.#clock.pass(ms);
  }

  /** Microtasks, then time, by turns. */
  async settle(ms = 100): Promise<void> {
    for (let passed = 0; passed < ms; passed += FRAME_MS) {
      await flushMicrotasks();
      this.#clock.pass(FRAME_MS);
    }
    await flushMicrotasks();
  }
}

export async function flushMicrotasks(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
