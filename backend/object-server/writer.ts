import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Capture } from './capture.ts';
import type { Change } from './change.ts';
import type { ChangeLog } from './change-log.ts';
import type { Outcomes } from './outcomes.ts';
import { storageError } from './sqlite-error.ts';
import type { Outcome } from './write.ts';
import type { QueuedWrite, WriteQueue } from './write-queue.ts';

export interface WriterParts {
  readonly db: DatabaseSync;
  readonly queue: WriteQueue;
  readonly capture: Capture;
  readonly log: ChangeLog;
  readonly outcomes: Outcomes;
  readonly clock: Clock;
  /** Changes that one write running alone may make. */
  readonly changesMax: number;
  /** Told after COMMIT, before anybody is answered. */
  readonly committed: (changes: readonly Change[], seq: number) => void;
  readonly spaceLeft: () => boolean;
}

type Settled = { readonly outcome: Outcome } | { readonly error: unknown };

interface Committed {
  readonly settled: readonly Settled[];
  readonly changes: readonly Change[];
}

/**
 * The only writer: what waits is done in groups of one transaction each, so that many writes share one fsync. In one
 * transaction stand the rows, the log of their changes with its seq, and the remembered outcomes; hence a write is
 * there with all three or not at all. It is answered after COMMIT, and its changes are handed over before.
 */
export class Writer {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Does one group; false when nothing waited. */
  drainGroup(): boolean {
    const group = this.#parts.queue.takeGroup();
    if (group.length === 0) return false;
    const { settled, changes } = this.#commit(group);
    try {
      if (changes.length > 0) this.#parts.committed(changes, changes.at(-1)!.seq);
    } finally {
      group.forEach(({ resolve, reject }, i) => {
        const result = settled[i]!;
        if ('outcome' in result) resolve(result.outcome);
        else reject(result.error);
      });
    }
    return true;
  }

  /**
   * First without savepoints, which cost a copy of each touched page; only when a write of several fails is the group
   * done again with one for each, so that it fails alone.
   */
  #commit(group: readonly QueuedWrite[]): Committed {
    const alone = group[0]!.write.alone;
    try {
      return this.#transaction(() => group.map(queued => ({ outcome: this.#apply(queued) })), alone);
    } catch (error) {
      const hitsEverybody = group.length === 1 || (error instanceof PanelcastError && error.kind.retry);
      if (hitsEverybody) return { settled: group.map(() => ({ error })), changes: [] };
    }
    try {
      return this.#transaction(() => group.map(queued => this.#applyGuarded(queued)), false);
    } catch (error) {
      return { settled: group.map(() => ({ error })), changes: [] };
    }
  }

  #transaction(run: () => Settled[], alone: boolean): Committed {
    const { db, capture, log, clock, changesMax } = this.#parts;
    try {
      db.exec('BEGIN IMMEDIATE');
      capture.begin(log.bounds.head, alone ? changesMax : undefined);
      const settled = run();
      const { changes, undo } = capture.end();
      log.append(undo, clock.now());
      db.exec('COMMIT');
      return { settled, changes };
    } catch (error) {
      capture.end();
      if (db.isTransaction) db.exec('ROLLBACK');
      log.reload();
      throw storageError(error, this.#parts.spaceLeft) ?? error;
    }
  }

  #apply({ write }: QueuedWrite): Outcome {
    const { outcomes, clock } = this.#parts;
    if (!write.idempotency) return write.apply();
    const now = clock.now();
    const known = outcomes.recall(write.idempotency, now);
    if (known) return known;
    const outcome = write.apply();
    outcomes.remember(write.idempotency, outcome, now);
    return outcome;
  }

  #applyGuarded(queued: QueuedWrite): Settled {
    const { db, capture } = this.#parts;
    const mark = capture.mark();
    db.exec('SAVEPOINT one_write');
    try {
      const outcome = this.#apply(queued);
      db.exec('RELEASE one_write');
      return { outcome };
    } catch (error) {
      // A fault that ended the whole transaction is everybody's.
      if (!db.isTransaction || storageError(error, () => true)) throw error;
      db.exec('ROLLBACK TO one_write; RELEASE one_write');
      capture.truncate(mark);
      return { error };
    }
  }
}
