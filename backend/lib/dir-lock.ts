import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { diskFull, hasSpace, saysFull } from './disk-full.ts';
import { PanelcastError } from './panelcast-error.ts';

/**
 * One notifier a folder. The lock is SQLite's exclusive lock on a file of its own, which the kernel releases however
 * the process ends: there is no stale lock to clean up after a kill -9. The pid file beside it only names the holder.
 */
export class DirLock {
  readonly #lock: DatabaseSync;

  private constructor(lock: DatabaseSync) {
    this.#lock = lock;
  }

  static acquire(dir: string): DirLock {
    try {
      createFolder(resolve(dir));
      accessSync(dir, constants.W_OK | constants.X_OK);
    } catch (error) {
      if (saysFull(error)) throw diskFull(dir, error);
      const reason = (error as NodeJS.ErrnoException).code;
      throw new PanelcastError(
        'bad-config',
        `dataDir ${dir} cannot be written (${reason}); choose another with --data-dir`,
        { cause: error },
      );
    }
    const pidFile = join(dir, 'panelcast.pid');
    let lock: DatabaseSync | undefined;
    try {
      lock = new DatabaseSync(join(dir, 'panelcast.lock'), { timeout: 0 });
      lock.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
      writeFileSync(pidFile, `${process.pid}\n`);
      return new DirLock(lock);
    } catch (error) {
      lock?.close();
      if (!/locked|busy/.test((error as Error).message)) {
        if (saysFull(error) || !hasSpace(dir)) throw diskFull(dir, error);
        throw new PanelcastError('bad-config', `dataDir ${dir} cannot be locked: ${(error as Error).message}`, {
          cause: error,
        });
      }
      throw new PanelcastError(
        'bad-config',
        `dataDir ${dir} is in use by the notifier with pid ${holder(pidFile)}; stop it, or choose another with --data-dir`,
      );
    }
  }

  release(): void {
    this.#lock.close();
  }
}

/** Node's own recursive mkdir never returns below /proc, which answers ENOENT for a folder whose parent exists. */
function createFolder(dir: string): void {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return;
  if (!existsSync(dirname(dir))) createFolder(dirname(dir));
  mkdirSync(dir);
}

function holder(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim() || 'unknown';
  } catch {
    return 'unknown'; // the holder has locked and not yet written its pid
  }
}
