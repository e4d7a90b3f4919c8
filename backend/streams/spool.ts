import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { storageError } from '../object-server/sqlite-error.ts';
import { SPOOL_SCHEMA, type SpooledStream, type SpoolGap, type SpoolRecord, TABLES_OF_STREAM } from './spool-schema.ts';

export interface SpoolLimits {
  /** For each client. */
  readonly bytesMax: number;
  readonly ageMsMax: number;
}

/** Beside its text, in the database. */
const RECORD_BYTES = 24;

/**
 * What store-and-forward clients have not confirmed yet, on disk. One transaction holds the records of a commit together
 * with `processed`, the last seq that is in the spool for every stream; after a crash the change log continues from
 * there. So nothing is lost or doubled, although this file is not synced with every commit.
 */
export class Spool {
  readonly #db: DatabaseSync;
  readonly #limits: SpoolLimits;
  readonly #append: StatementSync;
  readonly #grow: StatementSync;
  readonly #mark: StatementSync;
  readonly #read: StatementSync;

  constructor(file: string, limits: SpoolLimits) {
    this.#db = openSpool(file);
    this.#limits = limits;
    this.#append = this.#db.prepare('INSERT INTO record VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
    this.#grow = this.#db.prepare('UPDATE stream SET bytes = bytes + ? WHERE id = ?');
    this.#mark = this.#db.prepare(
      'INSERT INTO state VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch, processed = excluded.processed',
    );
    this.#read = this.#db.prepare(
      'SELECT seq, body FROM record WHERE stream = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
    );
  }

  /** How far all streams have got, or undefined for a new spool. */
  get position(): { readonly epoch: number; readonly processed: number } | undefined {
    const row = this.#db.prepare('SELECT epoch, processed FROM state').get();
    return row === undefined ? undefined : { epoch: Number(row.epoch), processed: Number(row.processed) };
  }

  get streams(): SpooledStream[] {
    const rows = this.#db.prepare('SELECT id, client, key, request, start FROM stream ORDER BY id').all();
    return rows as unknown as SpooledStream[];
  }

  get bytesByClient(): Record<string, number> {
    const rows = this.#db.prepare('SELECT client, sum(bytes) AS bytes FROM stream GROUP BY client').all();
    return Object.fromEntries(rows.map(({ bytes, client }) => [String(client), Number(bytes)]));
  }

  create(of: Omit<SpooledStream, 'id'>): SpooledStream {
    const { client, key, request, start } = of;
    const insert = this.#db.prepare('INSERT INTO stream (client, key, request, start, acked) VALUES (?, ?, ?, ?, ?)');
    return { ...of, id: Number(insert.run(client, key, request, start, start).lastInsertRowid) };
  }

  drop(id: number): void {
    this.together(() => {
      for (const table of TABLES_OF_STREAM) this.#db.prepare(`DELETE FROM ${table} WHERE stream = ?`).run(id);
      this.#db.prepare('DELETE FROM stream WHERE id = ?').run(id);
    });
  }

  /** Whether the client has what was there at its start, and has said so. */
  isBegun(id: number): boolean {
    return this.#db.prepare('SELECT 1 FROM unbegun WHERE stream = ?').get(id) === undefined;
  }

  setBegun(id: number, begun: boolean): void {
    this.#db
      .prepare(begun ? 'DELETE FROM unbegun WHERE stream = ?' : 'INSERT OR IGNORE INTO unbegun VALUES (?)')
      .run(id);
  }

  /** It gets nothing more after `processed` until it is resumed. */
  suspend(id: number, processed: number): void {
    this.#db.prepare('INSERT OR IGNORE INTO suspended VALUES (?, ?)').run(id, processed);
  }

  /** From here on it is kept up with the others; answers from where on it has to be brought up to them. */
  resume(id: number): number | undefined {
    const row = this.#db.prepare('DELETE FROM suspended WHERE stream = ? RETURNING processed').get(id);
    return row === undefined ? undefined : Number(row.processed);
  }

  /** The stream's client was there then. */
  seen(id: number, nowMs: number): void {
    this.#db.prepare('INSERT OR REPLACE INTO presence VALUES (?, ?)').run(id, nowMs);
  }

  /** Its client has been away for twice as long as anything is kept: what was kept first is gone for as long again. */
  isForsaken(id: number, nowMs: number): boolean {
    const seen = this.#db.prepare('SELECT seen FROM presence WHERE stream = ?').get(id)?.seen;
    return seen !== undefined && Number(seen) < nowMs - 2 * this.#limits.ageMsMax;
  }

  /** The store gives seqs after `start` once more: what is here beyond it tells of changes that never were. */
  beginEpoch(epoch: number, start: number): void {
    this.together(() => {
      this.#db
        .prepare('INSERT INTO epoch VALUES (?, ?) ON CONFLICT DO UPDATE SET start = min(start, excluded.start)')
        .run(epoch, start);
      this.#db.prepare('DELETE FROM record WHERE seq > ?').run(start);
      this.#db.prepare('DELETE FROM gap WHERE last > ?').run(start);
      this.#db.prepare('UPDATE suspended SET processed = min(processed, ?)').run(start);
      this.#db
        .prepare(
          `UPDATE stream SET start = min(start, ?), acked = min(acked, ?),
            bytes = (SELECT coalesce(sum(octet_length(body) + ?), 0) FROM record WHERE stream = id)`,
        )
        .run(start, start, RECORD_BYTES);
    });
  }

  /** Up to where the history of an earlier epoch is that of now; undefined when that is not known. */
  commonWith(epoch: number): number | undefined {
    const { start } = this.#db.prepare('SELECT min(start) AS start FROM epoch WHERE epoch > ?').get(epoch)!;
    return start === null ? undefined : Number(start);
  }

  /** The records of everything up to `position`, whichever streams had some. */
  append(
    records: readonly SpoolRecord[],
    position: { readonly epoch: number; readonly processed: number },
    nowMs: number,
  ): void {
    this.together(() => {
      for (const { body, seq, stream } of records) {
        if (this.#append.run(stream, seq, nowMs, body).changes === 0) continue;
        this.#grow.run(Buffer.byteLength(body) + RECORD_BYTES, stream);
      }
      this.#mark.run(position.epoch, position.processed);
    });
  }

  /** The next records after `seq`, up to and with `upTo`. */
  read(id: number, seq: number, upTo: number, limit: number): { seq: number; body: string }[] {
    return this.#read.all(id, seq, upTo, limit) as unknown as { seq: number; body: string }[];
  }

  acked(id: number): number {
    return Number(this.#db.prepare('SELECT acked FROM stream WHERE id = ?').get(id)?.acked ?? 0);
  }

  /** The next that the client has to be told of after `seq`. */
  gapAfter(id: number, seq: number): SpoolGap | undefined {
    const row = this.#db
      .prepare('SELECT first AS "from", last AS "to" FROM gap WHERE stream = ? AND last > ? ORDER BY last LIMIT 1')
      .get(id, seq);
    return row as unknown as SpoolGap | undefined;
  }

  /** The client has these safely: they are let go. */
  ack(id: number, seq: number): void {
    this.together(() => {
      this.#remove(id, seq);
      this.#db.prepare('DELETE FROM gap WHERE stream = ? AND last <= ?').run(id, seq);
      this.#db.prepare('UPDATE stream SET acked = max(acked, ?) WHERE id = ?').run(seq, id);
    });
  }

  /** These can no longer be had, neither here nor from the log. */
  lose(id: number, { from, to }: SpoolGap): void {
    this.#db
      .prepare('INSERT INTO gap VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET first = min(first, excluded.first)')
      .run(id, from, to);
  }

  /** Lets go of the oldest beyond the bounds, and remembers which. */
  trim(nowMs: number): void {
    for (const { client, id } of this.streams) {
      const aged = this.#lastBefore(id, nowMs - this.#limits.ageMsMax);
      const excess = this.#bytesOf(client) - this.#limits.bytesMax;
      const upTo = Math.max(aged, excess > 0 ? this.#seqAfter(id, excess) : 0);
      if (upTo > 0) this.#lose(id, upTo);
    }
  }

  /** All or nothing, also when the process is killed in between. */
  together(run: () => void): void {
    if (this.#db.isTransaction) {
      run();
      return;
    }
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      run();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  /** Nothing is left before `upTo`, so that all gaps up to there are one. */
  #lose(id: number, upTo: number): void {
    this.together(() => {
      const lost = this.#db
        .prepare(
          `SELECT min(first) AS "from", max(last) AS "to" FROM
            (SELECT min(seq) AS first, ? AS last FROM record WHERE stream = ?
             UNION ALL SELECT first, last FROM gap WHERE stream = ? AND first <= ?)`,
        )
        .get(upTo, id, id, upTo) as unknown as SpoolGap;
      this.#remove(id, upTo);
      this.#db.prepare('DELETE FROM gap WHERE stream = ? AND first <= ?').run(id, upTo);
      this.lose(id, lost);
    });
  }

  /**
   * The last of the oldest that are all from before then; 0 without any. They came in order of time, so that only those
   * are looked at: the store waits on this thread.
   */
  #lastBefore(id: number, atMs: number): number {
    const kept = this.#db
      .prepare('SELECT seq FROM record WHERE stream = ? AND at >= ? ORDER BY seq LIMIT 1')
      .get(id, atMs)?.seq;
    const last = this.#db
      .prepare('SELECT max(seq) AS seq FROM record WHERE stream = ? AND seq < ?')
      .get(id, kept ?? Number.MAX_SAFE_INTEGER);
    return Number(last?.seq ?? 0);
  }

  #bytesOf(client: string): number {
    return Number(this.#db.prepare('SELECT sum(bytes) AS bytes FROM stream WHERE client = ?').get(client)?.bytes ?? 0);
  }

  /** The seq up to which a stream has to be cut to be this much smaller. */
  #seqAfter(id: number, bytes: number): number {
    let left = bytes;
    let last = 0;
    for (const row of this.#db
      .prepare('SELECT seq, octet_length(body) AS length FROM record WHERE stream = ? ORDER BY seq')
      .iterate(id)) {
      last = Number(row.seq);
      left -= Number(row.length) + RECORD_BYTES;
      if (left <= 0) break;
    }
    return last;
  }

  #remove(id: number, upTo: number): void {
    const gone = this.#db
      .prepare('SELECT coalesce(sum(octet_length(body) + ?), 0) AS bytes FROM record WHERE stream = ? AND seq <= ?')
      .get(RECORD_BYTES, id, upTo);
    this.#db.prepare('DELETE FROM record WHERE stream = ? AND seq <= ?').run(id, upTo);
    this.#grow.run(-Number(gone?.bytes ?? 0), id);
  }
}

function openSpool(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${SPOOL_SCHEMA}`);
    return db;
  } catch (error) {
    db?.close();
    const code = storageError(error, () => true)?.code ?? 'storage-failed';
    const why = (error as Error).message;
    const message =
      code === 'storage-damaged'
        ? `${file} is damaged (${why}); it was left as it is: move it away, and store-and-forward clients are given what the log still has`
        : `${file} cannot be opened: ${why}`;
    throw new PanelcastError(code, message, { cause: error });
  }
}
