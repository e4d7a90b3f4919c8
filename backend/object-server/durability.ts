import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Timer } from '../lib/clock.ts';
import { Dumper } from './dump.ts';
import { Wal, type WalOptions } from './wal.ts';

/** What a mode does beside the commits themselves to keep its promise. */
export interface Durability {
  /** After a commit of about so many bytes. */
  committed(bytes: number): void;
  /** Brings everything committed to the disk now. */
  sync(): Promise<void>;
  /** No timer runs any more; does not sync. */
  stop(): void;
}

/** Every COMMIT reaches the disk by itself (synchronous = FULL); only the write-ahead log wants tending. */
export class DurableFile implements Durability {
  readonly wal: Wal;

  constructor(db: DatabaseSync, file: string, options: WalOptions) {
    this.wal = new Wal(db, file, options);
  }

  committed(bytes: number): void {
    this.wal.committed(bytes);
  }

  async sync(): Promise<void> {
    this.wal.truncate(0);
  }

  stop(): void {
    this.wal.close();
  }
}

/** Syncs or dumps a while after the first commit that is not on the disk yet, so that the loss is bounded in time. */
export class Periodic implements Durability {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #inner: Durability;
  readonly #onFault: (error: unknown) => void;
  #timer: Timer | undefined;

  constructor(inner: Durability, options: PeriodicOptions) {
    this.#inner = inner;
    this.#clock = options.clock;
    this.#everyMs = options.everyMs;
    this.#onFault = options.onFault;
  }

  committed(bytes: number): void {
    this.#inner.committed(bytes);
    this.#timer ??= this.#clock.after(this.#everyMs, () => {
      this.#timer = undefined;
      this.#inner.sync().catch(error => {
        this.#onFault(error);
        this.committed(0);
      });
    });
  }

  sync(): Promise<void> {
    return this.#inner.sync();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#inner.stop();
  }
}

export interface PeriodicOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** A sync or dump failed; it is tried again after another period. */
  readonly onFault: (error: unknown) => void;
}

/** synchronous = NORMAL: a COMMIT is in the kernel, and reaches the disk with the next sync. */
export class FastFile extends DurableFile {
  override sync(): Promise<void> {
    return this.wal.sync();
  }
}

/** All in memory; syncing is dumping. */
export class DumpedMemory implements Durability {
  readonly #dumper: Dumper;

  constructor(db: DatabaseSync, file: string) {
    this.#dumper = new Dumper(db, file);
  }

  committed(): void {}

  sync(): Promise<void> {
    return this.#dumper.dump();
  }

  stop(): void {}
}
