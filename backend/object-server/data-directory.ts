import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { SQLITE, sqliteCode } from './sqlite-error.ts';

/**
 * The directory of one object server, held by at most one process. The lock is an exclusive transaction on a database
 * file of its own: the kernel lets go of it however the process ends, and Node has no other file lock.
 */
export class DataDirectory {
  readonly path: string;
  readonly #lock: DatabaseSync;

  constructor(path: string) {
    this.path = path;
    try {
      mkdirSync(path, { recursive: true });
      this.#lock = new DatabaseSync(join(path, 'panelcast.lock'), { timeout: 0 });
    } catch (error) {
      throw new PanelcastError('bad-config', `data directory ${path} cannot be used: ${(error as Error).message}`, {
        cause: error,
      });
    }
    try {
      this.#lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    } catch (error) {
      this.#lock.close();
      if (sqliteCode(error) !== SQLITE.BUSY) throw error;
      throw new PanelcastError(
        'conflict',
        `data directory ${path} is in use by another notifier; stop it, or choose another directory`,
        { cause: error },
      );
    }
  }

  /** One name in all modes, so that the mode can be changed between runs. */
  get database(): string {
    return join(this.path, 'panelcast.db');
  }

  get hasDatabase(): boolean {
    return (statSync(this.database, { throwIfNoEntry: false })?.size ?? 0) > 0;
  }

  /** Moves what is there to a new name, which is the answer; what belongs to a database goes with it. */
  setAside(now: number): string {
    const suffix = `.before-${new Date(now).toISOString().replaceAll(':', '')}`;
    for (const tail of ['', '-wal', '-shm'])
      if (statSync(this.database + tail, { throwIfNoEntry: false }))
        renameSync(this.database + tail, this.database + suffix + tail);
    return `${this.database}${suffix}`;
  }

  release(): void {
    this.#lock.close();
  }
}
