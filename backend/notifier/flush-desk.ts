import type { Clock, Timer } from '../lib/clock.ts';
import type { SessionId } from './link.ts';

export interface FlushRequest {
  readonly session: SessionId;
  readonly id: string;
  readonly minSeq: number;
}

/** A flush for a seq that is not committed by then never will be. */
const WAIT_MS = 5000;

/** Flushes that came before the change which they wait for. */
export class FlushDesk {
  readonly #waiting = new Map<FlushRequest, Timer>();
  readonly #clock: Clock;
  readonly #onTimeout: (request: FlushRequest, waitedMs: number) => void;

  constructor(clock: Clock, onTimeout: (request: FlushRequest, waitedMs: number) => void) {
    this.#clock = clock;
    this.#onTimeout = onTimeout;
  }

  /** Those that can be done at `seq`; the others are kept. */
  sort(requests: readonly FlushRequest[], seq: number): FlushRequest[] {
    const due: FlushRequest[] = [];
    for (const request of requests) {
      if (request.minSeq <= seq) due.push(request);
      else this.#wait(request);
    }
    return due;
  }

  /** Those that waited for a change which is committed by now. */
  takeDue(seq: number): FlushRequest[] {
    if (this.#waiting.size === 0) return [];
    const due = [...this.#waiting.keys()].filter(({ minSeq }) => minSeq <= seq);
    for (const request of due) {
      this.#waiting.get(request)?.cancel();
      this.#waiting.delete(request);
    }
    return due;
  }

  forget(session: SessionId): void {
    for (const [request, timer] of this.#waiting) {
      if (request.session !== session) continue;
      timer.cancel();
      this.#waiting.delete(request);
    }
  }

  stop(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  #wait(request: FlushRequest): void {
    const timer = this.#clock.after(WAIT_MS, () => {
      this.#waiting.delete(request);
      this.#onTimeout(request, WAIT_MS);
    });
    this.#waiting.set(request, timer);
  }
}
