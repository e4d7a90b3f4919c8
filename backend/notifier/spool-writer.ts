import { assert } from '../lib/assert.ts';
import type { Position } from '../protocol/messages.ts';
import type { Spool } from '../streams/spool.ts';
import type { SpoolRecord } from '../streams/spool-schema.ts';

export interface SpoolWriterOptions {
  readonly spool: Spool;
  readonly store: Position;
  readonly now: () => number;
  readonly onFault: (what: string, error: unknown) => void;
}

/** A commit without a change for any client moves the mark this often: a crash then re-reads no more of the log. */
const MARK_EVERY = 5000;
const RECORDS_MAX = 5000;
/** Characters that wait for the disk, at most: the log still has what does not. */
const PENDING_MAX = 16 * 2 ** 20;
/** A disk that refuses is asked again after that, and not by each commit with all that waits. */
const RETRY_MS = 1000;
const SAY_AGAIN_MS = 60_000;

/**
 * What waits to be written to the spool, with the mark up to which everything has been. Where the disk refuses for so
 * long that this would take too much memory, it is let go: it has overflown, and the log has to say what came after the
 * mark.
 */
export class SpoolWriter {
  readonly #options: SpoolWriterOptions;
  #records: SpoolRecord[] = [];
  #length = 0;
  #marked = 0;
  #overflown = false;
  #fault: string | undefined;
  #saidMs = Number.NEGATIVE_INFINITY;
  #retryMs = Number.NEGATIVE_INFINITY;

  constructor(options: SpoolWriterOptions) {
    this.#options = options;
  }

  /** Up to here the spool has everything. */
  get marked(): number {
    return this.#marked;
  }

  get hasOverflown(): boolean {
    return this.#overflown;
  }

  /** Characters that wait. */
  get waiting(): number {
    return this.#length;
  }

  /** Why the disk does not take what waits; undefined while it does. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Whether there is something to save, and the disk may take it. */
  get isDue(): boolean {
    const { now, store } = this.#options;
    const waits = this.#records.length > 0 || this.#overflown || store.seq - this.#marked >= MARK_EVERY;
    return waits && now() >= this.#retryMs;
  }

  get isLarge(): boolean {
    return this.#records.length >= RECORDS_MAX || this.#length >= PENDING_MAX / 2;
  }

  add(record: SpoolRecord): void {
    if (this.#overflown) return;
    this.#records.push(record);
    this.#length += record.body.length;
    if (this.#length < PENDING_MAX) return;
    if (this.#options.now() >= this.#retryMs) this.attempt(() => this.spill());
    if (this.#length >= PENDING_MAX && this.#records.length > 1) this.#overflow();
  }

  /** With what waits for it: the next stream may have its number. */
  forget(stream: number): void {
    this.#hold(this.#records.filter(record => record.stream !== stream));
  }

  /** From here on the spool has everything up to the store's seq. */
  mark(): void {
    assert(!this.#overflown, 'what waited has been written as a whole');
    const { epoch, seq } = this.#options.store;
    this.#write({ epoch, processed: seq });
    this.#marked = seq;
  }

  /** To disk, without moving the mark. */
  spill(): void {
    const { spool, store } = this.#options;
    this.#write(spool.position ?? { epoch: store.epoch, processed: 0 });
  }

  /** `catchUp` adds from the log what came after the mark, for all streams. */
  recover(catchUp: () => void): void {
    const marked = this.#marked;
    this.#overflown = false;
    try {
      this.#options.spool.together(() => {
        catchUp();
        this.mark();
      });
    } catch (error) {
      this.#marked = marked;
      this.#overflow();
      throw error;
    }
  }

  /** As one transaction; what was written within waits as before when it fails. */
  together(run: () => void): void {
    const before = { records: [...this.#records], marked: this.#marked };
    try {
      this.#options.spool.together(run);
    } catch (error) {
      this.#hold(before.records);
      this.#marked = before.marked;
      throw error;
    }
  }

  /** Where the disk refuses, it may take it the next time: nothing else has to stop for that. */
  attempt(write: () => void): boolean {
    const { now, onFault } = this.#options;
    try {
      write();
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== this.#fault || now() >= this.#saidMs + SAY_AGAIN_MS) {
        this.#saidMs = now();
        onFault('the spool of store-and-forward streams', error);
      }
      this.#fault = message;
      this.#retryMs = now() + RETRY_MS;
      return false;
    }
  }

  #write(position: { readonly epoch: number; readonly processed: number }): void {
    const { now, spool } = this.#options;
    spool.append(this.#records, position, now());
    this.#hold([]);
    this.#fault = undefined;
    this.#retryMs = Number.NEGATIVE_INFINITY;
  }

  #overflow(): void {
    this.#hold([]);
    this.#overflown = true;
  }

  #hold(records: SpoolRecord[]): void {
    this.#records = records;
    this.#length = records.reduce((length, { body }) => length + body.length, 0);
  }
}
