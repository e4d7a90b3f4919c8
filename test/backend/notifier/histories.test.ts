import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import type { Key, Value } from '../../../backend/protocol/schema.ts';
import { checkHistories } from '../../support/history.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import type { Random } from '../../support/random.ts';
import type { Viewer } from '../../support/viewer.ts';

/** Shrunk histories, a file each. */
const REGRESSIONS = join(import.meta.dirname, '../../fixtures/notifier-histories');

/** Filters in the notifier's language that SQLite reads as they are, but for durations, so that SELECT is the oracle. */
const FILTERS = [
  '',
  'severity >= 4',
  "site = 'lon'",
  "site IN ('lon', 'nyc') AND severity > 2",
  "node LIKE 'r1%' OR acknowledged = 1",
  'tally > 2',
  'owner IS NULL',
  'last_occurrence > now() - 1200',
  'severity > 1 AND first_occurrence < now() - 900',
  'last_occurrence BETWEEN now() - 3000 AND now() - 1000 OR acknowledged = 1',
  '@named',
];
/** What the name may stand for: any of the first filters, which have neither names nor now(). */
const NAMEABLE = 7;

const SHAPES: readonly ((filter: string) => Request)[] = [
  filter => ({ filter }),
  filter => ({ filter, columns: ['node', 'severity'] }),
  filter => ({ filter, columns: ['severity', 'node'], mode: 'immediate' }),
  filter => ({ filter, metrics: [{ fn: 'count' }] }),
  filter => ({ filter, metrics: [{ fn: 'count' }, { fn: 'max', column: 'severity' }], groupBy: ['site'] }),
  filter => ({ filter, orderBy: [{ column: 'severity', desc: true }], limit: 5 }),
  filter => ({ filter, columns: ['node'], intervalMs: 3000 }),
  filter => ({ filter, columns: ['severity', 'node'], mode: 'all' }),
  filter => ({ filter, metrics: [{ fn: 'count' }], mode: 'immediate' }),
];

type Step =
  | { readonly do: 'send'; readonly events: readonly Readonly<Record<string, unknown>>[] }
  | { readonly do: 'sql'; readonly sql: string }
  | { readonly do: 'join' | 'leave' | 'flush' | 'stall' | 'wake' | 'reconnect'; readonly viewer: number }
  | {
      readonly do: 'open';
      readonly viewer: number;
      readonly panel: number;
      readonly filter: number;
      readonly shape: number;
    }
  | { readonly do: 'close'; readonly viewer: number; readonly panel: number }
  | { readonly do: 'rename'; readonly filter: number }
  | { readonly do: 'pass'; readonly ms: number };

function event(random: Random): Readonly<Record<string, unknown>> {
  const id = random.int(30);
  return {
    identifier: `e${id}`,
    node: `r${id % 13}`,
    site: random.pick(['lon', 'nyc', 'sgp']),
    severity: random.int(6),
    summary: `event ${random.int(4)}`,
  };
}

function sql(random: Random): string {
  const id = random.int(30);
  return random.pick([
    `UPDATE events SET acknowledged = ${random.int(2)} WHERE identifier = 'e${id}'`,
    `UPDATE events SET owner = ${random.pick(['NULL', "'ann'"])}, severity = ${random.int(6)} WHERE serial % 3 = ${random.int(3)}`,
    `DELETE FROM events WHERE identifier = 'e${id}'`,
    `DELETE FROM events WHERE serial % 5 = ${random.int(5)}`,
    `UPDATE events SET site = 'lon' WHERE identifier = 'e${id}'`,
  ]);
}

function step(random: Random): Step {
  const viewer = random.int(4);
  const panel = random.int(4);
  const roll = random.int(100);
  if (roll < 30) return { do: 'send', events: Array.from({ length: 1 + random.int(4) }, () => event(random)) };
  if (roll < 45) return { do: 'sql', sql: sql(random) };
  if (roll < 65)
    return { do: 'open', viewer, panel, filter: random.int(FILTERS.length), shape: random.int(SHAPES.length) };
  if (roll < 68) return { do: 'close', viewer, panel };
  if (roll < 70) return { do: 'rename', filter: 1 + random.int(NAMEABLE - 1) };
  if (roll < 88) return { do: 'pass', ms: random.pick([1, 5, 20, 300, 1000, 2500]) };
  return { do: random.pick(['join', 'leave', 'flush', 'stall', 'wake', 'reconnect'] as const), viewer };
}

/** What SELECT says that a panel should show. */
function truth(lab: NotifierLab, { columns, filter: text = '', groupBy, limit, metrics }: Request): unknown {
  const table = lab.server.tables[0]!;
  const meant = text === '@named' ? lab.catalog.filters.resolve!('named')! : text;
  const filter = meant.replaceAll('now()', String(lab.clock.now()));
  const where = filter === '' ? {} : { where: { sql: filter, params: [] } };
  if (metrics === undefined && limit === undefined) {
    const names = new Set([...(columns ?? table.columns.map(({ name }) => name)), 'serial']);
    const own = table.columns.filter(({ name }) => names.has(name)).map(({ name }) => name);
    return lab.server.select('events', { ...where, columns: own });
  }
  const rows = lab.server.select('events', where);
  const at = (name: string) => table.columns.findIndex(column => column.name === name);
  if (metrics === undefined) {
    const order = [...rows].sort(
      (a, b) =>
        Number(b[at('severity')]) - Number(a[at('severity')]) || Number(a[at('serial')]) - Number(b[at('serial')]),
    );
    return order.slice(0, limit);
  }
  if (groupBy === undefined) return [[rows.length]];
  const sites = [...new Set(rows.map(row => String(row[at('site')])))].sort();
  const of = (site: string) => rows.filter(row => row[at('site')] === site);
  return [
    sites,
    sites.map(site => of(site).length),
    sites.map(site => Math.max(...of(site).map(row => Number(row[at('severity')])))),
  ];
}

function shown(viewer: Viewer, id: string, request: Request): unknown {
  const held = viewer.view(id);
  if (request.metrics !== undefined) return held.metric;
  return held.rows;
}

function byKey(rows: readonly (readonly Value[])[], key: number): Map<Key, readonly Value[]> {
  return new Map(rows.map(row => [row[key] as Key, row]));
}

function compare(lab: NotifierLab, viewer: Viewer, id: string): void {
  const request = viewer.requests.get(id)!;
  const told = shown(viewer, id, request);
  const right = truth(lab, request);
  if (request.metrics !== undefined) {
    expect(told, `panel ${id} ${JSON.stringify(request)}`).toEqual(right);
    return;
  }
  const key = viewer.view(id).fields.findIndex(field => field.key === true);
  expect(told, `panel ${id} ${JSON.stringify(request)}`).toEqual(byKey(right as Value[][], key));
}

function openPanel(viewer: Viewer, { filter, panel, shape }: Extract<Step, { do: 'open' }>): void {
  const request = SHAPES[shape]!(FILTERS[filter]!);
  const isRefused = request.mode === 'all' && FILTERS[filter]!.includes('now()');
  if (!viewer.requests.has(`p${panel}`) && !isRefused) viewer.open(`p${panel}`, request);
}

class HistoryLab extends NotifierLab {
  readonly #filters: Record<string, string>;

  constructor() {
    const filters = { named: FILTERS[1]! };
    super({ filters });
    this.#filters = filters;
  }

  rename(filter: number): void {
    this.#filters.named = FILTERS[filter]!;
    this.notifier.rehome();
  }
}

/** Runs one history; every panel that a cut moved is compared with SELECT at that cut, and all of them at the end. */
function run(lab: HistoryLab, steps: readonly Step[]): void {
  const viewers = new Map<number, Viewer>();
  const faults: unknown[] = [];
  const watch = (viewer: Viewer): Viewer => {
    viewer.onCut(({ applied, opened, stalled }) => {
      if (stalled) return;
      try {
        for (const [id, { view }] of opened)
          if (viewer.requests.has(id) && applied.includes(view)) compare(lab, viewer, id);
      } catch (error) {
        faults.push(error);
      }
    });
    return viewer;
  };
  const take = (step: Step): void => {
    if (step.do === 'send') {
      lab.send(...step.events);
      return;
    }
    if (step.do === 'sql') {
      lab.write(step.sql);
      return;
    }
    if (step.do === 'pass') {
      lab.clock.pass(step.ms);
      return;
    }
    if (step.do === 'rename') {
      lab.rename(step.filter);
      return;
    }
    const viewer = viewers.get(step.viewer);
    if (step.do === 'join') {
      if (viewer === undefined) viewers.set(step.viewer, watch(lab.join()));
      return;
    }
    if (viewer === undefined) return;
    switch (step.do) {
      case 'leave':
        lab.leave(viewer);
        viewers.delete(step.viewer);
        break;
      case 'open':
        openPanel(viewer, step);
        break;
      case 'close':
        if (viewer.requests.has(`p${step.panel}`)) viewer.close(`p${step.panel}`);
        break;
      case 'flush':
        viewer.flush('f', lab.server.seq);
        break;
      case 'stall':
        viewer.stall();
        break;
      case 'wake':
        viewer.wake();
        break;
      case 'reconnect': {
        lab.settle();
        lab.leave(viewer);
        const again = watch(lab.join({ resume: { epoch: lab.server.epoch, seq: Math.max(0, viewer.asOf) } }));
        again.carryOn(viewer);
        viewers.set(step.viewer, again);
        break;
      }
    }
  };
  for (const step of steps) {
    take(step);
    if (faults.length > 0) throw faults[0];
  }
  lab.settle();
  for (const viewer of viewers.values()) viewer.wake();
  lab.clock.pass(10_000);
  if (faults.length > 0) throw faults[0];
  for (const viewer of viewers.values()) for (const id of viewer.requests.keys()) compare(lab, viewer, id);
  expect(lab.faults).toEqual([]);
}

describe('random histories of writes, joins, leaves, flushes, slow and returning viewers', () => {
  it.each(readdirSync(REGRESSIONS))('repeat what once went wrong: %s', name => {
    using lab = new HistoryLab();
    run(lab, JSON.parse(readFileSync(join(REGRESSIONS, name), 'utf8')) as Step[]);
  });

  it('show every viewer at every cut what SELECT says at that seq', () => {
    const count = Number(process.env.TEST_HISTORIES ?? 150);
    checkHistories<Step>({
      seed: Number(process.env.TEST_SEED ?? 1),
      count,
      generate: random => [
        { do: 'join', viewer: 0 },
        { do: 'join', viewer: 1 },
        ...Array.from({ length: 120 }, () => step(random)),
      ],
      run: steps => {
        using lab = new HistoryLab();
        run(lab, steps);
      },
    });
  }, 120_000);
});
