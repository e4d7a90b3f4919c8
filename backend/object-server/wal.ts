import { closeSync, fdatasync, openSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/**
 * How long the writer waits for readers to let go, by how far the WAL is over its bound (in bounds): not at all, then a
 * little, then longer than any reader's time limit.
 */
const PATIENCE: readonly { readonly over: number; readonly waitMs: number }[] = [
  { over: 8, waitMs: 10_000 },
  { over: 2, waitMs: 100 },
  { over: 1, waitMs: 0 },
];
/** Looking at the size costs a system call, which small commits would notice. */
const LOOK_EVERY_BYTES = 1024 * 1024;

export interface WalOptions {
  /** Size from which the WAL is copied into the database. */
  readonly walBytesMax: number;
  readonly onFault: (error: unknown) => void;
}

/**
 * Keeps the write-ahead log from growing. It can start anew only when no reader still uses it; once all of it is
 * copied, new readers use the database file instead, so it is enough to wait for those that are there.
 */
export class Wal {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #bytesMax: number;
  readonly #onFault: (error: unknown) => void;
  #unseenBytes = 0;
  #fd: number | undefined;

  constructor(db: DatabaseSync, databaseFile: string, options: WalOptions) {
    this.#db = db;
    this.#bytesMax = options.walBytesMax;
    this.#onFault = options.onFault;
    this.#file = `${databaseFile}-wal`;
  }

  get bytes(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** After a commit of about so many bytes. */
  committed(bytes: number): void {
    this.#unseenBytes += bytes;
    if (this.#unseenBytes < LOOK_EVERY_BYTES) return;
    this.#unseenBytes = 0;
    const size = this.bytes;
    const patience = PATIENCE.find(({ over }) => size > over * this.#bytesMax);
    if (patience) this.truncate(patience.waitMs);
  }

  /**
   * Copies the WAL into the database and empties it, or as much of it as the readers allow. That it fails, such as on a
   * full disk, costs nobody anything: what is committed stays in the WAL, and the next commits try again.
   */
  truncate(waitMs: number): void {
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${waitMs}`);
      this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    } catch (error) {
      this.#onFault(error);
    } finally {
      this.#db.exec('PRAGMA busy_timeout = 0');
    }
  }

  /**
   * Brings what is committed to the disk without a checkpoint. Opening and closing the WAL (unlike the database or its
   * -shm file) beside SQLite is safe: no locks are held on it.
   */
  sync(): Promise<void> {
    this.#fd ??= openSync(this.#file, 'r+');
    const fd = this.#fd;
    return new Promise((resolve, reject) => {
      fdatasync(fd, error => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
