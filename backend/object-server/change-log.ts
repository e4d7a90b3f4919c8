import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { UndoStretch } from './capture.ts';

export interface LogLimits {
  /** Bytes of retained changes; default 64 MB, about 700 000 updates of events. */
  readonly logBytesMax: number;
  /** Age of the oldest retained change. */
  readonly logAgeMsMax: number;
}

export interface LogBounds {
  /** The oldest seq that can be read; head + 1 when nothing is retained. */
  readonly first: number;
  /** The last seq ever given. */
  readonly head: number;
}

/**
 * The writer's side of the retained tail of all changes. It is written in the transaction that makes the changes, so
 * the log and the rows never disagree, and its newest row is what remembers the seq.
 */
export class ChangeLog {
  readonly #limits: LogLimits;
  readonly #layout: number;
  readonly #insert: StatementSync;
  readonly #oldest: StatementSync;
  readonly #delete: StatementSync;
  readonly #totals: StatementSync;
  #bytes = 0;
  #first = 1;
  #head = 0;
  #oldestAt = Number.POSITIVE_INFINITY;

  constructor(db: DatabaseSync, layout: number, limits: LogLimits) {
    this.#limits = limits;
    this.#layout = layout;
    this.#insert = db.prepare('INSERT INTO panelcast_log VALUES (?, ?, ?, ?, ?, ?)');
    this.#oldest = db.prepare('SELECT last_seq, at, bytes FROM panelcast_log ORDER BY last_seq LIMIT 1');
    this.#delete = db.prepare('DELETE FROM panelcast_log WHERE last_seq = ?');
    this.#totals = db.prepare(
      'SELECT total(bytes) AS bytes, min(first_seq) AS first, max(last_seq) AS head, min(at) AS at FROM panelcast_log',
    );
    this.reload();
  }

  get bounds(): LogBounds {
    return { first: this.#first, head: this.#head };
  }

  /** Bytes of text of the retained changes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** In the running transaction; `reload` if that is rolled back. */
  append(stretches: readonly UndoStretch[], now: number): void {
    for (const { firstSeq, lastSeq, items } of stretches) {
      const changes = JSON.stringify(items);
      this.#insert.run(lastSeq, firstSeq, now, this.#layout, changes.length, changes);
      this.#bytes += changes.length;
      this.#head = lastSeq;
    }
    if (this.#oldestAt === Number.POSITIVE_INFINITY && stretches.length > 0) this.#oldestAt = now;
    this.#trim(now);
  }

  /** In a transaction: forgets what is retained, but not the seq. */
  clear(now: number): void {
    const stretches = this.#head > 0 ? [{ firstSeq: this.#head + 1, lastSeq: this.#head, items: [] }] : [];
    while (this.#dropOldest());
    this.append(stretches, now);
    this.reload();
  }

  /** Takes the totals from the database: at start, and after a rollback. */
  reload(): void {
    const totals = this.#totals.get()!;
    this.#bytes = Number(totals.bytes);
    this.#head = Number(totals.head ?? 0);
    this.#first = Number(totals.first ?? this.#head + 1);
    this.#oldestAt = Number(totals.at ?? Number.POSITIVE_INFINITY);
  }

  #trim(now: number): void {
    const { logBytesMax, logAgeMsMax } = this.#limits;
    while (this.#bytes > logBytesMax || now - this.#oldestAt > logAgeMsMax) {
      const oldest = this.#oldest.get();
      if (!oldest || Number(oldest.last_seq) >= this.#head) return;
      this.#dropOldest();
      const next = this.#oldest.get()!;
      this.#oldestAt = Number(next.at);
      this.#first = Number(oldest.last_seq) + 1;
    }
  }

  #dropOldest(): boolean {
    const oldest = this.#oldest.get();
    if (!oldest) return false;
    this.#delete.run(oldest.last_seq!);
    this.#bytes -= Number(oldest.bytes);
    return true;
  }
}
