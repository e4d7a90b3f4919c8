import { describe, expect, it } from 'vitest';
import type { Row } from '../../../../backend/protocol/schema.ts';
import type { MetricSpec, MetricViewSpec } from '../../../../backend/views/metrics/metric-spec.ts';
import { MetricView } from '../../../../backend/views/metrics/metric-view.ts';
import { ALARMS, AlarmDatabase, COLUMN, inFilter, randomAlarm } from '../../../support/alarm-table.ts';
import { checkHistories } from '../../../support/history.ts';
import type { Random } from '../../../support/random.ts';

type Step = { put: Row } | { delete: number } | { deleteNode: string | null };

const METRICS: readonly (readonly [MetricSpec, string])[] = [
  [{ fn: 'count' }, 'count(*)'],
  [{ fn: 'count', columnIndex: COLUMN.load }, 'count(load)'],
  [{ fn: 'sum', columnIndex: COLUMN.severity }, 'sum(severity)'],
  [{ fn: 'sum', columnIndex: COLUMN.load }, 'sum(load)'],
  [{ fn: 'avg', columnIndex: COLUMN.load }, 'avg(load)'],
  [{ fn: 'avg', columnIndex: COLUMN.severity }, 'avg(severity)'],
  [{ fn: 'min', columnIndex: COLUMN.load }, 'min(load)'],
  [{ fn: 'max', columnIndex: COLUMN.seen }, 'max(seen)'],
  [{ fn: 'min', columnIndex: COLUMN.node }, 'min(node)'],
  [{ fn: 'max', columnIndex: COLUMN.node }, 'max(node)'],
  [{ fn: 'distinct', columnIndex: COLUMN.node }, 'count(DISTINCT node)'],
  [
    { fn: 'distribution', columnIndex: COLUMN.load, bounds: [0, 2.5, 9] },
    `count(*) FILTER (WHERE load <= 0), count(*) FILTER (WHERE load > 0 AND load <= 2.5),
     count(*) FILTER (WHERE load > 2.5 AND load <= 9), count(*) FILTER (WHERE load > 9)`,
  ],
];

function history(random: Random): Step[] {
  return Array.from({ length: 150 }, (): Step => {
    const id = random.int(25);
    if (random.chance(0.2)) return { delete: id };
    if (random.chance(0.03)) return { deleteNode: 'a' };
    return { put: randomAlarm(random, id) };
  });
}

function check(spec: Omit<MetricViewSpec, 'table' | 'metrics'>, sqlTail: string, seed: number): void {
  const groups = spec.groupBy.map(index => ALARMS.columns[index]!.name);
  const select = [...groups, ...METRICS.map(([, sql]) => sql)].join(', ');
  const run = (steps: readonly Step[]) => {
    using database = new AlarmDatabase();
    const oracle = database.prepare(`SELECT ${select} FROM alarms WHERE open = 1 ${sqlTail}`);
    const view = new MetricView({ ...spec, table: ALARMS, metrics: METRICS.map(([metric]) => metric) });
    for (const step of steps) {
      if ('put' in step) view.apply(inFilter(database.put(step.put)), inFilter(step.put));
      else if ('delete' in step) view.apply(inFilter(database.delete(step.delete)), undefined);
      else
        for (const row of [...database.rows.values()])
          if (row[COLUMN.node] === step.deleteNode) view.apply(inFilter(database.delete(Number(row[0]))), undefined);
      expectRows(view, oracle());
    }
  };
  checkHistories({ seed, count: 8, generate: history, run });
}

function expectRows(view: MetricView, expected: readonly (readonly unknown[])[]): void {
  const { fields, values } = view.frame();
  const rows = expected.map((_, row) => values.map(column => column[row]));
  if (values.some(column => column.length !== expected.length)) throw new Error(`${values[0]?.length} rows`);
  expected.forEach((wanted, row) => {
    wanted.forEach((value, field) => {
      const got = rows[row]![field];
      if (got === value) return;
      const real = fields[field]!.type === 'real' && typeof got === 'number' && typeof value === 'number';
      if (real && Math.abs(got - value) <= 1e-9 * Math.max(1, Math.abs(value))) return;
      throw new Error(`${fields[field]!.name} of row ${row} is ${got}, SQLite says ${value}`);
    });
  });
}

describe('a metric view after every step of a random history equals SQLite', () => {
  it('over everything, also when empty', () => check({ groupBy: [] }, '', 100));

  it('by one column', () => check({ groupBy: [COLUMN.node] }, 'GROUP BY node ORDER BY node', 200));

  it('by several columns', () =>
    check(
      { groupBy: [COLUMN.severity, COLUMN.node] },
      'GROUP BY severity, node ORDER BY severity NULLS FIRST, node',
      300,
    ));

  it('as the top groups of an order', () =>
    check(
      {
        groupBy: [COLUMN.node],
        orderBy: [
          { field: 1, desc: true },
          { field: 8, desc: false },
        ],
        limit: 3,
      },
      'GROUP BY node ORDER BY count(*) DESC, max(seen), node LIMIT 3',
      400,
    ));

  it('as all groups in an order', () =>
    check(
      { groupBy: [COLUMN.node], orderBy: [{ field: 11, desc: true }] },
      'GROUP BY node ORDER BY count(DISTINCT node) DESC, node',
      500,
    ));

  it('as the first groups', () =>
    check({ groupBy: [COLUMN.severity], limit: 2 }, 'GROUP BY severity ORDER BY severity LIMIT 2', 600));
});

describe('the oracle', () => {
  it('sees a wrong value', () => {
    const view = new MetricView({ table: ALARMS, metrics: [{ fn: 'count' }], groupBy: [] });
    expect(() => expectRows(view, [[1]])).toThrow('count of row 0 is 0, SQLite says 1');
  });
});
