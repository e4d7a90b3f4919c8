/** Rows and filters that Panelcast and its peers can all be asked about: conjunctions over ten columns. */
import type { Random } from '../../support/random.ts';

export interface PanelRow {
  readonly identifier: string;
  readonly serial: number;
  readonly node: string;
  readonly site: string;
  readonly service: string;
  readonly class: number;
  readonly severity: number;
  readonly tally: number;
  readonly acknowledged: number;
  readonly summary: string;
}

export const PANEL_COLUMNS = [
  'identifier',
  'serial',
  'node',
  'site',
  'service',
  'class',
  'severity',
  'tally',
  'acknowledged',
  'summary',
] as const satisfies readonly (keyof PanelRow)[];
export type PanelColumn = (typeof PANEL_COLUMNS)[number];

export function isText(column: PanelColumn): boolean {
  return ['identifier', 'node', 'site', 'service', 'summary'].includes(column);
}

export type Term =
  | { readonly op: '=' | '>=' | '<='; readonly column: PanelColumn; readonly value: string | number }
  | { readonly op: 'in'; readonly column: PanelColumn; readonly values: readonly string[] }
  | { readonly op: 'prefix'; readonly column: PanelColumn; readonly value: string };

/** All of them hold. */
export type PanelFilter = readonly Term[];

export function filterText(filter: PanelFilter): string {
  return filter.map(termText).join(' AND ');
}

function termText(term: Term): string {
  const { column, op } = term;
  if (op === 'in') return `${column} IN (${term.values.map(quoted).join(', ')})`;
  if (op === 'prefix') return `${column} LIKE '${term.value}%'`;
  return `${column} ${op} ${quoted(term.value)}`;
}

function quoted(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value}'`;
}

/** Whether a row is in a view, by the plainest of means: what every subject must agree with. */
export function keeps(filter: PanelFilter, row: PanelRow): boolean {
  return filter.every(term => holds(term, row[term.column]));
}

function holds(term: Term, value: string | number): boolean {
  switch (term.op) {
    case '=':
      return value === term.value;
    case '>=':
      return value >= term.value;
    case '<=':
      return value <= term.value;
    case 'in':
      return term.values.includes(String(value));
    case 'prefix':
      return String(value).startsWith(term.value);
  }
}

const SITES = 200;
const SERVICES = 60;
const CLASSES = 100;

/** A few events of each node, as an event list has them. */
export function panelRow(random: Random, serial: number, nodes: number): PanelRow {
  const node = random.int(nodes);
  return {
    identifier: `${nodeName(node)}:${serial}`,
    serial,
    node: nodeName(node),
    site: siteName(node % SITES),
    service: `service-${random.int(SERVICES)}`,
    class: random.int(CLASSES),
    severity: random.int(6),
    tally: 1,
    acknowledged: random.chance(0.2) ? 1 : 0,
    summary: `Interface GigabitEthernet0/${serial % 64} changed state, errors ${random.int(1000)}`,
  };
}

/** It happens again, and sometimes it is worse or better. */
export function changedRow(random: Random, row: PanelRow): PanelRow {
  return { ...row, tally: row.tally + 1, severity: random.chance(0.3) ? random.int(6) : row.severity };
}

/** Distinct filters of equality, IN, ranges and prefixes. */
export function panelFilters(random: Random, count: number, nodes: number): PanelFilter[] {
  const byText = new Map<string, PanelFilter>();
  while (byText.size < count) {
    const filter = panelFilter(random, nodes);
    byText.set(filterText(filter), filter);
  }
  return [...byText.values()];
}

function panelFilter(random: Random, nodes: number): PanelFilter {
  const site = () => siteName(random.int(SITES));
  const worse: Term = { op: '>=', column: 'severity', value: 1 + random.int(4) };
  const open: Term = { op: '=', column: 'acknowledged', value: 0 };
  const low = random.int(CLASSES);
  switch (random.int(8)) {
    case 0:
    case 1:
      return [{ op: '=', column: 'node', value: nodeName(random.int(nodes)) }];
    case 2:
      return [{ op: '=', column: 'node', value: nodeName(random.int(nodes)) }, worse];
    case 3:
      return [{ op: '=', column: 'site', value: site() }, worse];
    case 4:
      return [{ op: 'in', column: 'site', values: [site(), site(), site()] }, worse, open];
    case 5:
      return [{ op: 'prefix', column: 'node', value: nodeName(random.int(nodes)).slice(0, 8) }, worse];
    case 6:
      return [{ op: '=', column: 'service', value: `service-${random.int(SERVICES)}` }, worse, open];
    default:
      return [
        { op: '>=', column: 'class', value: low },
        { op: '<=', column: 'class', value: low + random.int(3) },
        { op: '>=', column: 'tally', value: 2 + random.int(20) },
      ];
  }
}

function nodeName(node: number): string {
  return `${['core', 'edge', 'acc', 'dist'][node % 4]}-${String(node).padStart(5, '0')}`;
}

function siteName(site: number): string {
  return `site${String(site).padStart(3, '0')}`;
}
