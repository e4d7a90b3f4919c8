import { closeSync, fdatasync, openSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** A passive checkpoint copies what it can without waiting; from this size of the WAL on it is worth its work. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
/** Overlapping readers have kept the WAL from starting anew; from here on the writer waits for them, a little. */
const PRESSED_BYTES = 2 * CHECKPOINT_BYTES;
const PRESSED_WAIT_MS = 100;
/** They still have: longer than any reader's time limit. */
const CROWDED_BYTES = 8 * CHECKPOINT_BYTES;
const CROWDED_WAIT_MS = 10_000;
/** Looking at the size costs a system call, which small commits would notice. */
const LOOK_EVERY_BYTES = 1024 * 1024;

/**
 * Keeps the write-ahead log from growing. It can start anew only when no reader still uses it; once all of it is
 * copied, new readers use the database file instead, so it is enough to wait for those that are there.
 */
export class Wal {
  readonly #db: DatabaseSync;
  readonly #file: string;
  #unseenBytes = 0;
  #fd: number | undefined;

  constructor(db: DatabaseSync, databaseFile: string) {
    this.#db = db;
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
    if (size > CROWDED_BYTES) this.checkpoint('TRUNCATE', CROWDED_WAIT_MS);
    else if (size > PRESSED_BYTES) this.checkpoint('TRUNCATE', PRESSED_WAIT_MS);
    else if (size > CHECKPOINT_BYTES) this.checkpoint('TRUNCATE', 0);
  }

  /** Whether all of the WAL was copied into the database. */
  checkpoint(kind: 'PASSIVE' | 'TRUNCATE', waitMs: number): boolean {
    this.#db.exec(`PRAGMA busy_timeout = ${waitMs}`);
    const row = this.#db.prepare(`PRAGMA wal_checkpoint(${kind})`).get();
    this.#db.exec('PRAGMA busy_timeout = 0');
    return row?.busy === 0 && row.log === row.checkpointed;
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
