import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DirLock } from '../lib/dir-lock.ts';

/** One name in all modes, so that the mode can be changed between runs. */
export const DATABASE_NAME = 'panelcast.db';

export function databaseOf(dataDir: string): string {
  return join(dataDir, DATABASE_NAME);
}

/** The directory of one object server, held by at most one process. */
export class DataDirectory {
  readonly path: string;
  readonly #lock: DirLock;

  constructor(path: string) {
    this.path = path;
    this.#lock = DirLock.acquire(path);
  }

  get database(): string {
    return databaseOf(this.path);
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
    this.#lock.release();
  }
}
