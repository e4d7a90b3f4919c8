import type { Field } from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { Value } from '../../../backend/protocol/schema.ts';
import { Random } from '../../support/random.ts';

/** What a page shows. */
export interface PagePlan {
  /** Rows of each table. */
  readonly tables: readonly number[];
  /** Totals, each one number. */
  readonly totals: number;
  /** Totals by group, of this many groups each. */
  readonly grouped: readonly number[];
  /** Totals by group over the last hour, a line a group. */
  readonly charts: readonly number[];
  /** Part of each table's rows that changes between two cuts. */
  readonly changes: number;
}

export const PLANS = {
  table: { tables: [10_000], totals: 0, grouped: [], charts: [], changes: 0.01 },
  twenty: {
    tables: [10_000, 1000, 1000, 200, 200],
    totals: 10,
    grouped: [5, 12, 20, 20, 50],
    charts: [],
    changes: 0.01,
  },
  charts: { tables: [1000, 200], totals: 10, grouped: [5, 12, 20], charts: [1, 5, 12, 20, 50], changes: 0.01 },
} as const satisfies Record<string, PagePlan>;

export const START = Date.UTC(2026, 0, 1);
export const HISTORY_MS = 3_600_000;
/** The notifier retains a point each fifteen seconds. */
const RETAINED_MS = 15_000;
const SITES = ['lon', 'par', 'nyc', 'fra', 'tyo', 'sgp'];

const FIELDS: readonly Field[] = [
  { name: 'serial', type: 'integer', key: true },
  { name: 'severity', type: 'integer', values: [0, 1, 2, 3, 4, 5].map(value => ({ value, name: `level ${value}` })) },
  { name: 'last_occurrence', type: 'integer', format: 'time-ms' },
  { name: 'site', type: 'text' },
  { name: 'node', type: 'text' },
  { name: 'service', type: 'text' },
  { name: 'summary', type: 'text' },
  { name: 'tally', type: 'integer' },
  { name: 'acknowledged', type: 'integer', format: 'boolean' },
  { name: 'owner', type: 'text' },
];
const TIME: Field = { name: 'time', type: 'integer', format: 'time-ms' };
const COUNT: Field = { name: 'count', type: 'integer' };
const GROUP: Field = { name: 'service', type: 'text' };

export type Columns = readonly (readonly Value[])[];

/** One view of a page: what is asked, and what each cut brings, whole and as a difference. */
export interface Panel {
  readonly request: Request;
  readonly fields: readonly Field[];
  /** The texts of what answers the open. */
  readonly first: (view: string) => readonly string[];
  readonly cut: (view: string, asOf: number) => string;
  /** All that it shows now, its rows in order; a chart shows more than is told here. */
  readonly whole: () => Columns;
}

export function panelsOf({ changes, charts, grouped, tables, totals }: PagePlan, seed: number): Panel[] {
  const random = new Random(seed);
  const numbers = [...Array.from({ length: totals }, () => 0), ...grouped];
  return [
    ...tables.map((size, index) => tablePanel(random, size, index, changes)),
    ...numbers.map((groups, index) => metricPanel(random, groups, index)),
    ...charts.map((groups, index) => chartPanel(random, groups, index)),
  ];
}

type Row = readonly Value[];

function row(random: Random, serial: number): Row {
  const place = [random.pick(SITES), `node${random.int(5000)}.example.net`, `service-${random.int(31)}`];
  return reported(random, [serial, 0, 0, ...place], START);
}

/** An event that is reported again is about the same node and service; all else may be new. */
function reported(random: Random, [serial, , , site, node, service]: Row, atMs: number): Row {
  return [
    serial!,
    random.int(6),
    atMs - random.int(3_600_000),
    site!,
    node!,
    service!,
    `Link Down ( GigabitEthernet0/0/${random.int(48)} ) on ${node}`,
    1 + random.int(40),
    random.int(2),
    random.chance(0.3) ? `operator${random.int(20)}` : null,
  ];
}

function columns(rows: readonly Row[]): Value[][] {
  return FIELDS.map((_, index) => rows.map(values => values[index]!));
}

function inOrder(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => Number(b[1]) - Number(a[1]) || Number(b[2]) - Number(a[2]));
}

function tablePanel(random: Random, size: number, index: number, changes: number): Panel {
  const rows = Array.from({ length: size }, (_, serial) => row(random, serial));
  const order = [
    { column: 'severity', desc: true },
    { column: 'last_occurrence', desc: true },
  ];
  return {
    request: { filter: `class = ${index}`, orderBy: order },
    fields: FIELDS,
    first: view => [JSON.stringify({ type: 'snap', view, asOf: 1, fields: FIELDS, values: columns(rows) })],
    cut(view, asOf) {
      const changed = new Set(Array.from({ length: Math.ceil(changes * size) }, () => random.int(size)));
      for (const serial of changed) rows[serial] = reported(random, rows[serial]!, START + asOf * 1000);
      const upsert = columns([...changed].map(serial => rows[serial]!));
      return JSON.stringify({ type: 'delta', view, asOf, upsert });
    },
    whole: () => columns(inOrder(rows)),
  };
}

function metricPanel(random: Random, groups: number, index: number): Panel {
  const fields = groups === 0 ? [COUNT] : [GROUP, COUNT];
  const labels = Array.from({ length: groups }, (_, group) => `service-${group}`);
  const draw = (): Value[][] => {
    const counts = Array.from({ length: Math.max(1, groups) }, () => random.int(500));
    return groups === 0 ? [counts] : [labels, counts];
  };
  let values = draw();
  const text = (view: string, asOf: number): string => JSON.stringify({ type: 'metric', view, asOf, fields, values });
  return {
    request: { filter: `type = ${index}`, metrics: [{ fn: 'count' }], ...(groups > 0 && { groupBy: ['service'] }) },
    fields,
    first: view => [text(view, 1)],
    cut(view, asOf) {
      values = draw();
      return text(view, asOf);
    },
    whole: () => values,
  };
}

/** A metric by group with its past: a point each of the retained seconds. */
function chartPanel(random: Random, groups: number, index: number): Panel {
  const metric = metricPanel(random, groups, 1000 + index);
  const moments = HISTORY_MS / RETAINED_MS;
  const past: Value[][] = [[], [], []];
  for (let moment = 0; moment < moments; moment++)
    for (let group = 0; group < groups; group++)
      for (const [at, value] of [
        START - (moments - moment) * RETAINED_MS,
        `service-${group}`,
        random.int(500),
      ].entries())
        past[at]!.push(value);
  const fields = [TIME, GROUP, COUNT];
  return {
    ...metric,
    request: { ...metric.request, historyMs: HISTORY_MS },
    first: view => [JSON.stringify({ type: 'series', view, asOf: 1, fields, values: past }), ...metric.first(view)],
  };
}
