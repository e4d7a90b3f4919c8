import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Outcome, Write } from './write.ts';

export interface QueueLimits {
  /** Writes that wait; default 10 000, some seconds of work in batches of 1. */
  readonly queueWritesMax: number;
  /** Bytes that wait; default 64 MB, a second of work at full speed. */
  readonly queueBytesMax: number;
}

export interface QueuedWrite {
  readonly write: Write;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** Rows of one transaction: long enough to share an fsync, short enough that nobody waits long (about 20 ms). */
const GROUP_ROWS_MAX = 2000;

/** What waits for the writer, first come first served. Over its bounds a write is refused at once. */
export class WriteQueue {
  readonly #limits: QueueLimits;
  #waiting: QueuedWrite[] = [];
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add<T extends Outcome>(write: Write<T>): Promise<T> {
    const { queueWritesMax, queueBytesMax } = this.#limits;
    const isFull = this.#waiting.length >= queueWritesMax || this.#bytes + write.bytes > queueBytesMax;
    if (isFull && this.#waiting.length > 0) {
      const what = `${this.#waiting.length} writes of ${this.#bytes} bytes wait to be stored already; send it again later`;
      return Promise.reject(new PanelcastError('overloaded', what, { retryAfterMs: 1000 }));
    }
    this.#bytes += write.bytes;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ write, resolve: outcome => resolve(outcome as T), reject });
    });
  }

  /** The writes of the next transaction: those in front that may share one, or a single one. */
  takeGroup(): QueuedWrite[] {
    let rows = 0;
    let length = 0;
    for (const { write } of this.#waiting) {
      if (length > 0 && (write.alone || rows + write.rows > GROUP_ROWS_MAX)) break;
      rows += write.rows;
      length++;
      if (write.alone) break;
    }
    const group = this.#waiting.splice(0, length);
    for (const { write } of group) this.#bytes -= write.bytes;
    return group;
  }
}
