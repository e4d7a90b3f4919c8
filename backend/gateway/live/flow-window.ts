import type { LiveLimits } from './limits.ts';

const NONE = -1;
const TURNS = 8;

/**
 * What is under way to one viewer, by its own word: a `cut` that asks is answered by `applied`. At most two that asked
 * are unanswered. The kernel takes megabytes for a stalled viewer before a socket shows it; this notices after two cuts.
 */
export class FlowWindow {
  /** asOf of the cuts that asked and are unanswered, the older first. */
  #first = NONE;
  #second = NONE;
  /** Sent after the last answered cut, after `#first`, and after the last that asked. */
  #unansweredBytes = 0;
  #bytesSinceFirst = 0;
  #bytesSinceAsking: number;
  /** In whole milliseconds: a fraction would be an object of its own. */
  #askedAt: number;

  /**
   * Viewers take turns at being asked: answers of all to one cut would come in one turn of the event loop, and a
   * thousand of them take 5 ms. So each begins as if it had been asked some eighths of the way ago.
   */
  constructor(id: number, nowMs: number, { ackBytes, ackMs }: LiveLimits) {
    const turn = (id % TURNS) / TURNS;
    this.#bytesSinceAsking = Math.trunc(turn * ackBytes);
    this.#askedAt = Math.trunc(nowMs - turn * ackMs);
  }

  get isAnswered(): boolean {
    return this.#first === NONE;
  }

  shouldAsk(bytes: number, nowMs: number, limits: LiveLimits): boolean {
    return this.#bytesSinceAsking + bytes >= limits.ackBytes || nowMs - this.#askedAt >= limits.ackMs;
  }

  /** A large snapshot alone may exceed the bytes: the bound holds only while an answer is outstanding. */
  isFull(asking: boolean, limits: LiveLimits): boolean {
    if (this.#first === NONE) return false;
    return (asking && this.#second !== NONE) || this.#unansweredBytes >= limits.unansweredBytes;
  }

  sent(bytes: number): void {
    this.#unansweredBytes += bytes;
    this.#bytesSinceFirst += bytes;
    this.#bytesSinceAsking += bytes;
  }

  asked(asOf: number, nowMs: number): void {
    this.#bytesSinceAsking = 0;
    this.#askedAt = Math.trunc(nowMs);
    if (this.#first === NONE) {
      this.#first = asOf;
      this.#bytesSinceFirst = 0;
    } else this.#second = asOf;
  }

  /** Answers the cut of that asOf and those before it; any other asOf answers nothing. */
  applied(asOf: number): void {
    if (asOf === NONE) return;
    if (asOf === this.#second || (asOf === this.#first && this.#second === NONE)) {
      this.#first = this.#second = NONE;
      this.#unansweredBytes = this.#bytesSinceAsking;
    } else if (asOf === this.#first) {
      this.#first = this.#second;
      this.#second = NONE;
      this.#unansweredBytes = this.#bytesSinceFirst;
      this.#bytesSinceFirst = this.#bytesSinceAsking;
    }
  }
}
