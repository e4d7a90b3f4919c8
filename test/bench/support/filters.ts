/** Filters as a network operations centre has them, over rows as its events are, and transitions as they happen. */
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { columnIndex, type Row, type TableSchema, type Value } from '../../../backend/protocol/schema.ts';
import type { Random } from '../../support/random.ts';

export const EVENTS: TableSchema = eventsTable([]);

const COLUMN = Object.fromEntries(EVENTS.columns.map(({ name }) => [name, columnIndex(EVENTS, name)])) as Record<
  string,
  number
>;

/** What events and filters name. */
export interface Network {
  readonly nodes: number;
  readonly sites: number;
  readonly services: number;
  readonly classes: number;
}

export const NETWORK: Network = { nodes: 5_000, sites: 200, services: 60, classes: 100 };

/** More panels because there is more to watch: about as many of them concern one event at any size. */
export function networkFor(filters: number): Network {
  const times = Math.max(1, filters / 1_000);
  const { nodes, sites, services, classes } = NETWORK;
  return { nodes: nodes * times, sites: sites * times, services: services * times, classes: classes * times };
}

const GROUPS = 40;
const OWNERS = 80;
const WORDS =
  'link port fan disk bgp ospf cpu memory power temperature down up flapping high low lost timeout refused'.split(' ');
const T0 = 1_700_000_000_000;

/** Few are critical, most are of the middle: the shape of a real event list. */
const SEVERITIES = [0, 0, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5];

export function randomEvent(random: Random, serial: number, network = NETWORK): Row {
  const node = random.int(network.nodes);
  const site = siteName(node % network.sites);
  const values: Record<string, Value> = {
    identifier: `node${node}:${serial}`,
    serial,
    node: nodeName(node, site),
    node_alias: `10.${node >> 8}.${node & 255}.1`,
    site,
    location: `rack ${node % 97}`,
    service: `service-${random.int(network.services)}`,
    agent: `snmp-${random.int(7)}`,
    manager: 'trapd',
    alert_group: `group-${random.int(GROUPS)}`,
    alert_key: `ifIndex.${random.int(64)}`,
    class: random.int(network.classes),
    type: random.int(3),
    severity: random.pick(SEVERITIES),
    summary: `${random.pick(WORDS)} ${random.pick(WORDS)} on ifIndex.${random.int(64)} of ${nodeName(node, site)}`,
    first_occurrence: T0 - random.int(86_400_000),
    last_occurrence: T0 + random.int(3_600_000),
    state_change: T0 + random.int(3_600_000),
    tally: 1 + Math.floor(random.next() ** 3 * 500),
    acknowledged: random.chance(0.2) ? 1 : 0,
    owner: random.chance(0.3) ? `user${random.int(OWNERS)}` : null,
    owner_group: random.chance(0.3) ? `team${random.int(12)}` : null,
    suppressed: random.chance(0.05) ? 1 + random.int(4) : 0,
    expires_after: random.chance(0.5) ? 3_600 : 0,
  };
  return EVENTS.columns.map(({ name }) => values[name] ?? null);
}

/** Mostly it happens again; sometimes it is acknowledged, gets worse or better, appears or is deleted. */
export function randomTransition(random: Random, row: Row): { before: Row | undefined; after: Row | undefined } {
  const after = [...row];
  const put = (name: string, value: Value): void => {
    after[COLUMN[name]!] = value;
  };
  const kind = random.int(20);
  if (kind === 0) return { before: undefined, after: row };
  if (kind === 1) return { before: row, after: undefined };
  if (kind < 4) {
    put('acknowledged', 1);
    put('owner', `user${random.int(OWNERS)}`);
  } else {
    put('tally', Number(row[COLUMN.tally!]) + 1);
    put('last_occurrence', T0 + random.int(3_600_000));
    if (kind < 10) put('severity', random.pick(SEVERITIES));
    if (kind < 7) put('summary', `${random.pick(WORDS)} ${random.pick(WORDS)} again`);
  }
  return { before: row, after };
}

/** A filter's text, and the same as a programmer would write it by hand. */
export interface BenchFilter {
  readonly text: string;
  readonly keeps: (row: Row) => boolean;
}

export function randomBenchFilter(random: Random, network = NETWORK): BenchFilter {
  const kind = random.int(10);
  if (kind < 2) return rare(random, network);
  if (kind < 6) return both(rare(random, network), common(random));
  if (kind < 7) return both(both(rare(random, network), common(random)), common(random));
  if (kind < 8) return either(both(rare(random, network), common(random)), rare(random, network));
  return both(rare(random, network), either(common(random), common(random)));
}

function both(a: BenchFilter, b: BenchFilter): BenchFilter {
  return { text: `${a.text} AND ${b.text}`, keeps: row => a.keeps(row) && b.keeps(row) };
}

function either(a: BenchFilter, b: BenchFilter): BenchFilter {
  return { text: `(${a.text} OR ${b.text})`, keeps: row => a.keeps(row) || b.keeps(row) };
}

/** What makes a panel somebody's own: a node, some sites, a service, a customer's prefix, a word. */
function rare(random: Random, network: Network): BenchFilter {
  const node = (): string => {
    const number = random.int(network.nodes);
    return nodeName(number, siteName(number % network.sites));
  };
  const site = (): string => siteName(random.int(network.sites));
  switch (random.int(10)) {
    case 0:
    case 1:
      return equal('node', node());
    case 2:
    case 3:
      return equal('site', site());
    case 4:
      return oneOf('site', several(random, site));
    case 5:
      return oneOf('node', several(random, node));
    case 6:
      return equal('service', `service-${random.int(network.services)}`);
    case 7:
      return beginsWith('node', node().slice(0, 6 + random.int(3)));
    case 8:
      return range('class', random.int(network.classes), random.int(4));
    default:
      return contains('summary', `${random.pick(WORDS)} ${random.pick(WORDS)}`);
  }
}

/** What many panels have in common. */
function common(random: Random): BenchFilter {
  switch (random.int(8)) {
    case 0:
    case 1:
      return atLeast('severity', 1 + random.int(5));
    case 2:
      return equal('acknowledged', random.int(2));
    case 3:
      return equal('alert_group', `group-${random.int(GROUPS)}`);
    case 4:
      return atLeast('tally', 1 + random.int(400));
    case 5:
      return equal('type', random.int(3));
    case 6:
      return missing('owner');
    default:
      return equal('suppressed', 0);
  }
}

function several<T>(random: Random, make: () => T): T[] {
  return Array.from({ length: 2 + random.int(6) }, make);
}

function quoted(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value}'`;
}

function equal(name: string, value: string | number): BenchFilter {
  const column = COLUMN[name]!;
  return { text: `${name} = ${quoted(value)}`, keeps: row => row[column] === value };
}

function oneOf(name: string, values: readonly string[]): BenchFilter {
  const column = COLUMN[name]!;
  const set = new Set<Value>(values);
  return { text: `${name} IN (${values.map(quoted).join(', ')})`, keeps: row => set.has(row[column]!) };
}

function atLeast(name: string, low: number): BenchFilter {
  const column = COLUMN[name]!;
  return { text: `${name} >= ${low}`, keeps: row => Number(row[column]) >= low };
}

function range(name: string, low: number, width: number): BenchFilter {
  const column = COLUMN[name]!;
  const high = low + width;
  return {
    text: `${name} BETWEEN ${low} AND ${high}`,
    keeps: row => Number(row[column]) >= low && Number(row[column]) <= high,
  };
}

function beginsWith(name: string, prefix: string): BenchFilter {
  const column = COLUMN[name]!;
  return { text: `${name} LIKE '${prefix}%'`, keeps: row => String(row[column]).toLowerCase().startsWith(prefix) };
}

function contains(name: string, literal: string): BenchFilter {
  const column = COLUMN[name]!;
  return { text: `${name} LIKE '%${literal}%'`, keeps: row => String(row[column]).toLowerCase().includes(literal) };
}

function missing(name: string): BenchFilter {
  const column = COLUMN[name]!;
  return { text: `${name} IS NULL`, keeps: row => row[column] === null };
}

function nodeName(node: number, site: string): string {
  return `${['core', 'edge', 'acc', 'dist'][node % 4]}-${String(node).padStart(4, '0')}.${site}.example.net`;
}

function siteName(site: number): string {
  return `site${String(site).padStart(3, '0')}`;
}
