import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Capture } from './capture.ts';
import { AHEAD_MS_MAX } from './event-time.ts';
import type { Outcome, Write } from './write.ts';

export interface HousekeepingRules {
  /** Clear an event (severity 0) when `expires_after` seconds have passed since it last occurred; default true. */
  readonly expire: boolean;
  /** Delete an event that has been clear for so long; default 2 minutes; undefined keeps cleared events. */
  readonly deleteClearedAfterMs: number | undefined;
}

export interface HousekeepingOutcome extends Outcome {
  readonly expired: number;
  readonly deleted: number;
  /** All rows have been looked at once more. */
  readonly isRoundComplete: boolean;
}

/** Rows looked at in one transaction: some 5 ms, so that a large table never keeps writers waiting. */
const SLICE_ROWS = 10_000;

/**
 * The two automations that operators of Netcool/OMNIbus know as `expire` and `delete_clears`. They walk over the table in
 * slices by serial, since an index on columns that change with every event would cost each upsert more than the walk.
 * How long an event has been clear is told by state_change, or last_occurrence when it was reported as clear again.
 * Before both, times ahead of the clock become now: those that SQL wrote, or this machine while its own clock was wrong.
 */
export class Housekeeping {
  readonly #rules: HousekeepingRules;
  readonly #capture: Capture;
  readonly #sliceEnd: StatementSync;
  readonly #mend: StatementSync;
  readonly #expire: StatementSync;
  readonly #delete: StatementSync;
  #after = -1;

  constructor(db: DatabaseSync, capture: Capture, rules: HousekeepingRules) {
    this.#rules = rules;
    this.#capture = capture;
    this.#sliceEnd = db.prepare(
      'SELECT max(serial) AS last, count(*) AS n FROM (SELECT serial FROM events WHERE serial > ? ORDER BY serial LIMIT ?)',
    );
    this.#mend = db.prepare(
      `UPDATE events SET first_occurrence = min(first_occurrence, :now), last_occurrence = min(last_occurrence, :now),
       state_change = min(state_change, :now) WHERE serial > :after AND serial <= :last
       AND max(first_occurrence, last_occurrence, state_change) > :latest`,
    );
    this.#expire = db.prepare(
      `UPDATE events SET severity = 0, state_change = :now WHERE serial > :after AND serial <= :last AND severity > 0
       AND expires_after > 0 AND last_occurrence + expires_after * 1000 <= :now`,
    );
    this.#delete = db.prepare(
      `DELETE FROM events WHERE serial > :after AND serial <= :last AND severity = 0
       AND max(state_change, last_occurrence) <= :before`,
    );
  }

  /** The next slice, as a write for the queue. */
  slice(now: number): Write<HousekeepingOutcome> {
    return { alone: false, rows: SLICE_ROWS / 10, bytes: 0, apply: () => this.#apply(now) };
  }

  #apply(now: number): HousekeepingOutcome {
    const { expire, deleteClearedAfterMs } = this.#rules;
    const slice = this.#sliceEnd.get(this.#after, SLICE_ROWS)!;
    const range = { after: this.#after, last: Number(slice.last ?? this.#after) };
    this.#mend.run({ ...range, now, latest: now + AHEAD_MS_MAX });
    const expired = expire ? this.#expire.run({ ...range, now }).changes : 0;
    const before = now - (deleteClearedAfterMs ?? 0);
    const deleted = deleteClearedAfterMs === undefined ? 0 : this.#delete.run({ ...range, before }).changes;
    const isRoundComplete = Number(slice.n) < SLICE_ROWS;
    this.#after = isRoundComplete ? -1 : range.last;
    return { seq: this.#capture.seq, expired: Number(expired), deleted: Number(deleted), isRoundComplete };
  }
}
