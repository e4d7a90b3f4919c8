import { PanelcastError } from '../lib/panelcast-error.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html */
export const SQLITE = {
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
} as const;

/** The primary result code of an error that SQLite threw, or undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/**
 * Whether SQLite failed for want of space. `spaceLeft` says whether the disk has room: a full disk shows as a failed
 * write of the shared-memory index too, not only as FULL.
 */
export function isWantOfSpace(error: unknown, spaceLeft: () => boolean): boolean {
  const code = sqliteCode(error);
  return code === SQLITE.FULL || ((code === SQLITE.IOERR || code === SQLITE.CANTOPEN) && !spaceLeft());
}

/** What a fault of the storage means to the caller; undefined when the fault lies in the statement. */
export function storageError(error: unknown, spaceLeft: () => boolean): PanelcastError | undefined {
  const options = { cause: error, retryAfterMs: 5000 };
  if (isWantOfSpace(error, spaceLeft)) return new PanelcastError('storage-full', FULL, options);
  switch (sqliteCode(error)) {
    case SQLITE.IOERR:
    case SQLITE.CANTOPEN:
    case SQLITE.READONLY:
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return new PanelcastError('storage-failed', `the store cannot write: ${(error as Error).message}`, options);
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return damaged('the database file', error);
    default:
      return undefined;
  }
}

const FULL = 'the disk of the data directory is full; nothing of this write was stored. Free space and send it again';

export function damaged(file: string, cause: unknown): PanelcastError {
  const what = `${file} is damaged (${(cause as Error).message})`;
  const remedy = 'it was left as it is: move it away, then restore a backup with `panelcast restore FILE`';
  return new PanelcastError('storage-damaged', `${what}; ${remedy}`, { cause });
}
