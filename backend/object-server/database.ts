import { DatabaseSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { APPLICATION_ID, createInternalTables, FORMAT } from './internal-tables.ts';
import { damaged, SQLITE, sqliteCode } from './sqlite-error.ts';

declare module 'node:sqlite' {
  interface DatabaseSync {
    /** Run-time limits of the connection; `length` bounds every string, blob and row in bytes. */
    readonly limits: { length: number };
    /** The whole database as the bytes of a database file. */
    serialize(): Uint8Array;
  }
}

/**
 * Small pages: an upsert touches few scattered rows, and WAL writes whole pages (1453 instead of 7661 bytes an upsert
 * with 1 kB pages). The cache holds the whole of a usual event table. recursive_triggers: without it REPLACE removes
 * rows unseen. Checkpoints are made by the Wal, not inside a COMMIT that somebody waits for.
 */
const PRAGMAS = `
  PRAGMA page_size = 1024;
  PRAGMA journal_mode = WAL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA cache_size = -524288;
  PRAGMA temp_store = memory;
  PRAGMA recursive_triggers = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA foreign_keys = OFF;
`;

/** Opens or makes the database of an object server. A file that is not one of ours is refused and left untouched. */
export function openDatabase(file: string, synchronous: 'FULL' | 'NORMAL'): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { enableForeignKeyConstraints: false, enableDoubleQuotedStringLiterals: false });
    checkFormat(db, file);
    configureConnection(db, synchronous);
    createInternalTables(db);
    return db;
  } catch (error) {
    db?.close();
    throw openError(error, file);
  }
}

export function configureConnection(db: DatabaseSync, synchronous: 'FULL' | 'NORMAL'): void {
  db.exec(`${PRAGMAS} PRAGMA synchronous = ${synchronous}`);
}

/** Whether the file is a database that this version reads; an empty one becomes ours. */
function checkFormat(db: DatabaseSync, file: string): void {
  const isNew = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n === 0;
  if (isNew) return;
  if (pragma(db, 'application_id') !== APPLICATION_ID)
    throw new PanelcastError(
      'storage-damaged',
      `${file} is a database of another program; it was left as it is: choose another data directory`,
    );
  const format = pragma(db, 'user_version');
  if (format === FORMAT) return;
  const [age, remedy] =
    format > FORMAT
      ? ['a newer', 'start that version, or restore a backup made by this one']
      : ['an older', 'start the version that wrote it once more and move its events over with a gateway'];
  throw new PanelcastError(
    'storage-damaged',
    `${file} was written by ${age} version of Panelcast (format ${format}; this version reads ${FORMAT}); ${remedy}`,
  );
}

/** Opens one of our files for reading only, with the same checks. */
export function openForReading(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true });
    checkFormat(db, file);
    return db;
  } catch (error) {
    db?.close();
    throw openError(error, file);
  }
}

export function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

function openError(error: unknown, file: string): unknown {
  switch (sqliteCode(error)) {
    case SQLITE.NOTADB:
    case SQLITE.CORRUPT:
      return damaged(file, error);
    case SQLITE.CANTOPEN:
    case SQLITE.READONLY:
    case SQLITE.IOERR:
      return new PanelcastError('storage-failed', `${file} cannot be opened: ${(error as Error).message}`, {
        cause: error,
      });
    default:
      return error;
  }
}
