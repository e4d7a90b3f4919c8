import { describe, expect, it } from 'vitest';
import type { Key, Row } from '../../../backend/protocol/schema.ts';
import type { RowOrderTerm } from '../../../backend/views/value-order.ts';
import { Window } from '../../../backend/views/window.ts';
import { AlarmDatabase, COLUMN, inFilter, randomAlarm } from '../../support/alarm-table.ts';
import { checkHistories } from '../../support/history.ts';
import type { Random } from '../../support/random.ts';

type Step = { put: Row } | { delete: number } | { deleteBelow: number } | 'cut';

const IDS = 200;

function history(random: Random): Step[] {
  const start = Array.from({ length: IDS }, (_, id): Step => ({ put: randomAlarm(random, id) }));
  // Seldom cut, a window stops counting what it was touched by.
  const cuts = random.pick([0.3, 0.005]);
  const steps = Array.from({ length: 400 }, (): Step => {
    const id = random.int(IDS);
    if (random.chance(cuts)) return 'cut';
    if (random.chance(0.3)) return { delete: id };
    if (random.chance(0.02)) return { deleteBelow: id };
    return { put: randomAlarm(random, id) };
  });
  // Half of them begin with a window that holds all there is, and outgrow it.
  return random.chance(0.5) ? [...start, ...steps] : ['cut', ...start, ...steps];
}

interface Case {
  readonly orderBy: readonly RowOrderTerm[];
  readonly sql: string;
  readonly limit: number;
  /** How many changes the store may be ahead of the window when it is read. */
  readonly lag?: number;
}

function run({ orderBy, sql, limit, lag = 0 }: Case, steps: readonly Step[]): void {
  using database = new AlarmDatabase();
  const select = `SELECT * FROM alarms WHERE open = 1 ORDER BY ${sql}`;
  const window = new Window(
    { keyIndex: COLUMN.id, orderBy, limit },
    wanted => database.prepare(`${select} LIMIT ${wanted}`)() as Row[],
  );
  const oracle = database.prepare(`${select} LIMIT ${limit}`);
  const viewer = new Map<Key, Row>();
  const pending: [Row | undefined, Row | undefined][] = [];
  const drain = (left: number) => {
    while (pending.length > left) window.apply(...pending.shift()!);
  };
  const cut = () => {
    const { upsert, remove } = window.takeCut();
    for (const key of remove) if (!viewer.delete(key)) throw new Error(`removes ${key}, which nobody has`);
    for (const row of upsert) viewer.set(row[COLUMN.id] as Key, row);
  };
  for (const step of steps) {
    if (step === 'cut') {
      // A cut in the midst of unapplied changes reads a store that is ahead; what it shows is settled by the next one.
      if (lag > 0) cut();
      drain(0);
      cut();
      const wanted = oracle();
      expectSame(window.rows(), wanted);
      expectSame(
        [...viewer.values()].sort((a, b) => rank(wanted, a) - rank(wanted, b)),
        wanted,
      );
    } else {
      pending.push(...transitions(database, step));
      drain(lag);
    }
    if (window.size > Math.max(limit, 32) * 3) throw new Error(`holds ${window.size} rows`);
  }
}

function transitions(database: AlarmDatabase, step: Exclude<Step, string>): [Row | undefined, Row | undefined][] {
  if ('put' in step) return [[inFilter(database.put(step.put)), inFilter(step.put)]];
  if ('delete' in step) return [[inFilter(database.delete(step.delete)), undefined]];
  const ids = [...database.rows.keys()].map(Number).filter(id => id < step.deleteBelow);
  return ids.map(id => [inFilter(database.delete(id)), undefined]);
}

function rank(rows: readonly (readonly unknown[])[], row: Row): number {
  return rows.findIndex(other => other[0] === row[0]);
}

function expectSame(got: readonly Row[], wanted: readonly unknown[]): void {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) {
    throw new Error(`has ${JSON.stringify(got)}\nSQLite says ${JSON.stringify(wanted)}`);
  }
}

const { id, node, severity, load, seen } = COLUMN;
const asc = (columnIndex: number) => ({ columnIndex, desc: false });
const desc = (columnIndex: number) => ({ columnIndex, desc: true });
const CASES: Readonly<Record<string, Case>> = {
  'by a column with ties and NULLs': { orderBy: [asc(severity)], sql: 'severity, id', limit: 10 },
  descending: { orderBy: [desc(severity), asc(node)], sql: 'severity DESC, node, id', limit: 7 },
  'by text': { orderBy: [desc(node)], sql: 'node DESC, id', limit: 40 },
  'by reals': { orderBy: [asc(load)], sql: 'load, id', limit: 1 },
  'by the key alone': { orderBy: [], sql: 'id', limit: 20 },
  'by the key, descending': { orderBy: [desc(id)], sql: 'id DESC', limit: 20 },
  'with nothing to show': { orderBy: [desc(seen)], sql: 'seen DESC, id', limit: 0 },
  'with more room than rows': { orderBy: [asc(load)], sql: 'load, id', limit: 500 },
  'when the store is ahead': { orderBy: [desc(severity)], sql: 'severity DESC, id', limit: 10, lag: 15 },
};

describe('a window, and what its deltas leave at a viewer, equal SQLite’s ORDER BY … LIMIT', () => {
  it.each(Object.entries(CASES))('%s', (_, one) => {
    checkHistories({ seed: 1, count: 12, generate: history, run: steps => run(one, steps) });
  });
});

describe('a window', () => {
  const row = (key: number, order: number, extra = 0): Row => [key, 'a', order, extra, 0, 1];
  const of = (rows: readonly Row[], limit: number, columns?: number[]) => {
    const calls: number[] = [];
    const order: readonly RowOrderTerm[] = [asc(severity)];
    const spec = { keyIndex: id, orderBy: order, limit, ...(columns === undefined ? {} : { columns }) };
    const window = new Window(spec, wanted => {
      calls.push(wanted);
      return rows.slice(0, wanted);
    });
    return { window, calls };
  };

  it('reads the store at the first cut, not before, and not again while it has enough', () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => row(i, i));
    const { window, calls } = of(rows, 100);
    expect(calls).toEqual([]);
    expect(window.takeCut().upsert).toHaveLength(100);
    for (let i = 0; i < 100; i++) window.apply(rows[i], undefined);
    window.takeCut();
    expect(calls).toEqual([200]);
  });

  it('reads the store once for a burst of deletes', () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => row(i, i));
    const left = [...rows];
    const { window, calls } = of(left, 100);
    window.takeCut();
    for (const gone of rows.slice(0, 500)) window.apply(gone, undefined);
    left.splice(0, 500);
    expect(window.takeCut().upsert.map(one => one[0])).toEqual(rows.slice(500, 600).map(one => one[0]));
    expect(calls).toEqual([200, 200]);
  });

  it('takes back what a burst of better rows pushed out of sight and out of the window', () => {
    const rows = Array.from({ length: 10 }, (_, i) => row(i, 1_000 + i));
    const { window } = of(rows, 10);
    window.takeCut();
    for (let i = 100; i < 165; i++) window.apply(undefined, row(i, i));
    expect(window.size).toBe(42);
    const { upsert, remove } = window.takeCut();
    expect(remove).toEqual(rows.map(one => one[0]));
    expect(upsert.map(one => one[0])).toEqual(Array.from({ length: 10 }, (_, i) => 100 + i));
  });

  it('is silent about what happens below the visible rows', () => {
    const rows = Array.from({ length: 50 }, (_, i) => row(i, i));
    const { window } = of(rows, 10);
    window.takeCut();
    window.apply(rows[20], row(20, 20, 9));
    expect(window.dirty).toBe(false);
    window.apply(rows[5], row(5, 5, 9));
    expect(window.dirty).toBe(true);
    expect(window.takeCut()).toEqual({ upsert: [row(5, 5, 9)], remove: [] });
  });

  it('is silent about changes that cancel out, and about columns that are not shown', () => {
    const rows = [row(1, 1), row(2, 2)];
    const { window } = of(rows, 10, [id, node]);
    window.takeCut();
    window.apply(rows[0], undefined);
    window.apply(undefined, row(1, 1));
    window.apply(rows[1], row(2, 3, 7));
    expect(window.takeCut()).toEqual({ upsert: [], remove: [] });
  });
});
