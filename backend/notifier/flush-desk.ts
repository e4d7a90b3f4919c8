import type { Clock, Timer } from '../lib/clock.ts';
import type { SessionId } from './link.ts';

export interface FlushRequest {
  readonly session: SessionId;
  readonly id: string;
  readonly minSeq: number;
}

/** A flush for a seq that is not committed by then never will be. */
export const WAIT_MS = 5000;

/** One that no session asks: it is told whether the change has come. */
interface Call {
  readonly minSeq: number;
  readonly answer: (hasCome: boolean) => void;
}

/** Flushes that came before the change which they wait for. */
export class FlushDesk {
  readonly #waiting = new Map<FlushRequest, Timer>();
  readonly #calls = new Set<Call>();
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
    for (const call of this.#calls) if (call.minSeq <= seq) call.answer(true);
    if (this.#waiting.size === 0) return [];
    const due = [...this.#waiting.keys()].filter(({ minSeq }) => minSeq <= seq);
    for (const request of due) {
      this.#waiting.get(request)?.cancel();
      this.#waiting.delete(request);
    }
    return due;
  }

  /** False when the change has not come in the time that a flush has. */
  reached(minSeq: number): Promise<boolean> {
    return new Promise(resolve => {
      const answer = (hasCome: boolean): void => {
        timer.cancel();
        this.#calls.delete(call);
        resolve(hasCome);
      };
      const call: Call = { minSeq, answer };
      const timer = this.#clock.after(WAIT_MS, () => answer(false));
      this.#calls.add(call);
    });
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
    for (const call of this.#calls) call.answer(false);
  }

  #wait(request: FlushRequest): void {
    const timer = this.#clock.after(WAIT_MS, () => {
      this.#waiting.delete(request);
      this.#onTimeout(request, WAIT_MS);
    });
    this.#waiting.set(request, timer);
  }
}
