import type { DatabaseSync } from 'node:sqlite';

/** Marks the file as Panelcast's ("Pcst"), so that no other program's database is ever taken for ours. */
export const APPLICATION_ID = 0x50637374;
/** Counts the incompatible layouts of the internal tables. */
export const FORMAT = 1;
const MARKS = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT};`;

/**
 * What the object server keeps beside the tables of its users, in the same file and the same transactions. Users never
 * see these: the name prefix is reserved and the authorizers refuse it.
 *
 * panelcast_log: one row for each stretch of a commit, `changes` as of the undo codec. The newest row is never trimmed,
 * so the last seq is always there. panelcast_outcomes: what became of writes with an idempotency key.
 */
const INTERNAL_TABLES = `
  CREATE TABLE panelcast_meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE TABLE panelcast_log (
    last_seq INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    layout INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    changes TEXT NOT NULL
  ) STRICT;
  CREATE TABLE panelcast_outcomes (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
`;

export function createInternalTables(db: DatabaseSync): void {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'panelcast_meta'").get()) return;
  db.exec(`BEGIN; ${INTERNAL_TABLES} ${MARKS} COMMIT`);
}

/** A database filled from another has its tables, but not these marks. */
export function markFormat(db: DatabaseSync): void {
  db.exec(MARKS);
}

export function readMeta(db: DatabaseSync, name: string): string | number | undefined {
  const value = db.prepare('SELECT value FROM panelcast_meta WHERE name = ?').get(name)?.value;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

export function writeMeta(db: DatabaseSync, name: string, value: string | number): void {
  db.prepare('INSERT OR REPLACE INTO panelcast_meta VALUES (?, ?)').run(name, value);
}
