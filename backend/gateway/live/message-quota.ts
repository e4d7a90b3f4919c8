import type { LiveLimits } from './limits.ts';

/**
 * A token bucket in one number: the time at which the bucket would be full again. Each message moves it on by its
 * share of a second; a sender whose time lies further ahead than the burst lasts is over its rate.
 */
export class MessageQuota {
  #fullAtMs: number;
  /** Messages in a row that were not JSON. */
  garbled = 0;

  constructor(nowMs: number) {
    this.#fullAtMs = nowMs;
  }

  take(nowMs: number, { messagesPerSecond, messageBurst }: LiveLimits): boolean {
    const costMs = 1000 / messagesPerSecond;
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + costMs;
    return this.#fullAtMs - nowMs <= messageBurst * costMs;
  }
}
