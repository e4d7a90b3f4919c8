import { expect, it } from 'vitest';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { checkHistories } from '../../support/history.ts';
import type { Random } from '../../support/random.ts';
import { SimClock } from '../../support/sim-clock.ts';

/** TEST_SEED starts elsewhere; every history prints its seed when it fails. */
const SEED = Number(process.env.TEST_SEED ?? 1);
const START = Date.UTC(2026, 0, 1);
const COLUMNS = ['identifier', 'severity', 'acknowledged', 'extra', 'tally', 'first_occurrence', 'last_occurrence'];

interface Report {
  readonly identifier: string;
  readonly severity?: number;
  readonly extra?: Readonly<Record<string, unknown>> | null;
  /** Milliseconds from the clock's time; what a wrong clock says is far from it. */
  readonly first?: number;
  readonly last?: number;
}

type Step =
  | { readonly do: 'report'; readonly report: Report }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'housekeep' }
  | Edit;

type Edit =
  | { readonly do: 'note'; readonly identifier: string }
  | { readonly do: 'acknowledge'; readonly identifier: string }
  /** By SQL. */
  | { readonly do: 'time'; readonly identifier: string; readonly column: 'first' | 'last'; readonly ms: number };

const OFFSETS = [-3_600_000, -5000, -1, 0, 1, 5000, 60_000, 60_001, 3_600_000];

function steps(random: Random): Step[] {
  const identifier = () => random.pick(['a', 'b']);
  const report = (): Report => ({
    identifier: identifier(),
    ...(random.chance(0.7) && { severity: random.pick([0, 3, 5]) }),
    ...(random.chance(0.5) && { extra: random.pick([null, {}, { if: 'ge0' }, { if: 'ge1' }, { notes: ['own'] }]) }),
    ...(random.chance(0.3) && { first: random.pick(OFFSETS) }),
    ...(random.chance(0.6) && { last: random.pick(OFFSETS) }),
  });
  return Array.from({ length: 60 }, (): Step => {
    if (random.chance(0.5)) return { do: 'report', report: report() };
    return random.pick<() => Step>([
      () => ({ do: 'pass', ms: random.pick([0, 1, 1000, 60_000]) }),
      () => ({ do: 'housekeep' }),
      () => ({ do: 'note', identifier: identifier() }),
      () => ({ do: 'acknowledge', identifier: identifier() }),
      () => ({
        do: 'time',
        identifier: identifier(),
        column: random.pick(['first', 'last']),
        ms: random.pick(OFFSETS),
      }),
    ])();
  });
}

interface Row {
  severity: number;
  acknowledged: number;
  extra: Record<string, unknown> | null;
  tally: number;
  first: number;
  last: number;
}

/** What is to become of reports, told without SQL. */
class Model {
  readonly rows = new Map<string, Row>();

  report({ extra, first, identifier, last, severity }: Report, now: number): void {
    const believed = (offset: number | undefined) => (offset === undefined || offset > 60_000 ? now : now + offset);
    const at = believed(last);
    const since = Math.min(first === undefined ? at : believed(first), at);
    const row = this.rows.get(identifier);
    if (row === undefined) {
      const fresh = { acknowledged: 0, tally: 1, first: since, last: at };
      this.rows.set(identifier, { severity: severity ?? 1, extra: extra ?? null, ...fresh });
      return;
    }
    row.tally++;
    if (at < Math.min(row.last, now)) return;
    if (row.severity === 0 && (severity ?? 0) > 0) row.acknowledged = 0;
    row.severity = severity ?? row.severity;
    if (extra !== undefined) row.extra = withNotes(extra, row.extra?.notes);
    row.last = at;
    row.first = Math.min(row.first, at);
  }

  housekeep(now: number): void {
    for (const row of this.rows.values()) {
      if (Math.max(row.first, row.last) <= now + 60_000) continue;
      row.first = Math.min(row.first, now);
      row.last = Math.min(row.last, now);
    }
  }
}

function withNotes(extra: Record<string, unknown> | null, notes: unknown): Record<string, unknown> | null {
  return notes === undefined || extra?.notes !== undefined ? extra : { ...extra, notes };
}

const NOTE_SQL = `UPDATE events SET extra = json_set(coalesce(extra, '{}'), '$.notes[#]', 'note') WHERE identifier = ?`;

class EventHistory {
  readonly #clock = new SimClock(START);
  readonly #server = ObjectServer.open({
    mode: 'dump',
    clock: this.#clock,
    expire: false,
    deleteClearedAfterMs: undefined,
  });
  readonly #model = new Model();

  run(history: readonly Step[]): void {
    for (const step of history) {
      this.#step(step);
      this.#server.drain();
      this.#compare();
    }
    void this.#server.close();
  }

  #step(step: Step): void {
    const now = this.#clock.now();
    if (step.do === 'pass') this.#clock.pass(step.ms);
    else if (step.do === 'report') this.#report(step.report, now);
    else if (step.do === 'housekeep') {
      void this.#server.housekeep();
      this.#model.housekeep(now);
    } else {
      const row = this.#model.rows.get(step.identifier);
      if (row !== undefined) this.#edit(step, row, now);
    }
  }

  #report(report: Report, now: number): void {
    const { first, last, ...given } = report;
    const times = {
      ...(first !== undefined && { first_occurrence: now + first }),
      ...(last !== undefined && { last_occurrence: now + last }),
    };
    void this.#server.intake([{ ...given, ...times }]);
    this.#model.report(report, now);
  }

  #edit(step: Edit, row: Row, now: number): void {
    if (step.do === 'acknowledge') {
      row.acknowledged = 1;
      void this.#server.execute('UPDATE events SET acknowledged = 1 WHERE identifier = ?', [step.identifier]);
    } else if (step.do === 'note') {
      row.extra = { ...row.extra, notes: [...((row.extra?.notes as unknown[] | undefined) ?? []), 'note'] };
      void this.#server.execute(NOTE_SQL, [step.identifier]);
    } else {
      row[step.column] = now + step.ms;
      const sql = `UPDATE events SET ${step.column}_occurrence = ? WHERE identifier = ?`;
      void this.#server.execute(sql, [now + step.ms, step.identifier]);
    }
  }

  #compare(): void {
    const stored = this.#server.select('events', { columns: COLUMNS });
    const known = new Map(
      stored.map(([identifier, severity, acknowledged, extra, tally, first, last]) => [
        identifier,
        { severity, acknowledged, extra: extra === null ? null : JSON.parse(String(extra)), tally, first, last },
      ]),
    );
    expect(known).toEqual(this.#model.rows);
  }
}

it('is, after any history of reports, clocks and operators, what the reports in their order say', () => {
  checkHistories({ seed: SEED, count: 50, generate: steps, run: history => new EventHistory().run(history) });
});
