import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ReaderPool, type ReaderPoolOptions } from '../../../../backend/object-server/readers/reader-pool.ts';

export const SEQ_SQL = 'SELECT seq FROM panelcast_state';
export const TABLES = { viewer: ['events'], operator: ['events', 'sites'] };

/** A file as the writer leaves it: a table for everybody, one for operators, one for nobody, and the internals. */
export class ReaderDatabase implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'panelcast-readers-'));
  readonly file = join(this.folder, 'panelcast.db');
  readonly db = new DatabaseSync(this.file);

  constructor(rows = 1_000) {
    this.db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;
      CREATE TABLE panelcast_state (seq INTEGER NOT NULL) STRICT;
      INSERT INTO panelcast_state VALUES (7);
      CREATE TABLE events (serial INTEGER PRIMARY KEY, identifier TEXT NOT NULL UNIQUE, site TEXT, severity INTEGER) STRICT;
      CREATE TABLE sites (site TEXT PRIMARY KEY, city TEXT) STRICT, WITHOUT ROWID;
      CREATE TABLE secrets (word TEXT) STRICT;
      INSERT INTO sites VALUES ('lon', 'London'), ('par', 'Paris');
      INSERT INTO secrets VALUES ('swordfish');`);
    this.db
      .prepare(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO events SELECT i, 'event ' || i, iif(i % 3, 'lon', 'par'), i % 6 FROM n`)
      .run(rows);
  }

  pool(options: Partial<ReaderPoolOptions> = {}): Promise<ReaderPool> {
    return ReaderPool.start({ file: this.file, seqSql: SEQ_SQL, tables: TABLES, ...options });
  }

  [Symbol.dispose](): void {
    this.db.close();
    rmSync(this.folder, { recursive: true });
  }
}
