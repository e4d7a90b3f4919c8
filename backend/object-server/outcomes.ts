import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Idempotency, Outcome } from './write.ts';

export interface OutcomeLimits {
  /** Remembered keys; default 100 000. */
  readonly outcomesMax: number;
  /** How long a key is remembered; default a day. */
  readonly outcomeAgeMsMax: number;
}

/**
 * What became of writes with an idempotency key, kept in the transaction that did them: a client that did not hear the
 * answer sends again, perhaps to a restarted server, and is answered without the write being done twice.
 */
export class Outcomes {
  readonly #limits: OutcomeLimits;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;

  constructor(db: DatabaseSync, limits: OutcomeLimits) {
    this.#limits = limits;
    this.#find = db.prepare('SELECT hash, outcome FROM panelcast_outcomes WHERE key = ? AND at >= ?');
    this.#insert = db.prepare('INSERT OR REPLACE INTO panelcast_outcomes (key, hash, outcome, at) VALUES (?, ?, ?, ?)');
    // Ids rise with age, so what is too old or too many stands at the lower end.
    this.#trim = db.prepare(
      'DELETE FROM panelcast_outcomes WHERE id <= (SELECT max(id) FROM panelcast_outcomes) - ? OR id IN ' +
        '(SELECT id FROM panelcast_outcomes WHERE at < ? AND id < (SELECT min(id) + 100 FROM panelcast_outcomes))',
    );
  }

  /** The outcome of the same write before, of whatever kind it was; `conflict` when the key stood for another body. */
  recall<T extends Outcome>({ key, hash }: Idempotency, now: number): T | undefined {
    const found = this.#find.get(key, now - this.#limits.outcomeAgeMsMax);
    if (!found) return undefined;
    if (found.hash !== hash)
      throw new PanelcastError(
        'conflict',
        `the idempotency key "${key.slice(0, 100)}" was used for another body; use a new key for each write`,
      );
    return JSON.parse(String(found.outcome));
  }

  remember({ key, hash }: Idempotency, outcome: Outcome, now: number): void {
    this.#insert.run(key, hash, JSON.stringify(outcome), now);
    this.#trim.run(this.#limits.outcomesMax, now - this.#limits.outcomeAgeMsMax);
  }
}
