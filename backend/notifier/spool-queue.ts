import type { SafQueue } from '../streams/saf-queue.ts';
import type { Spool } from '../streams/spool.ts';
import type { SpoolGap } from '../streams/spool-schema.ts';
import type { SpoolWriter } from './spool-writer.ts';

export interface SpoolQueueOptions {
  readonly id: number;
  readonly spool: Spool;
  readonly writer: SpoolWriter;
  /** Writes what waits, so that it can be read. */
  readonly settle: () => void;
}

/** One stream's part of the spool. */
export class SpoolQueue implements SafQueue {
  readonly #options: SpoolQueueOptions;

  constructor(options: SpoolQueueOptions) {
    this.#options = options;
  }

  get acked(): number {
    return this.#options.spool.acked(this.#options.id);
  }

  get isBegun(): boolean {
    return this.#options.spool.isBegun(this.#options.id);
  }

  gapAfter(seq: number): SpoolGap | undefined {
    return this.#options.spool.gapAfter(this.#options.id, seq);
  }

  add(seq: number, body: string): void {
    this.#options.writer.add({ stream: this.#options.id, seq, body });
  }

  read(seq: number, upTo: number, limit: number) {
    this.#options.settle();
    return this.#options.spool.read(this.#options.id, seq, upTo, limit);
  }
}
