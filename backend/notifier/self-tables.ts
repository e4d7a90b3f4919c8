import type { ColumnFormat, ColumnSchema, ColumnType, Row, TableSchema, Value } from '../protocol/schema.ts';
import type { GatewayReport, NotifierCounts, StoreStatus } from './calls.ts';
import type { ClientSpool } from './saf-table.ts';
import type { Session } from './session.ts';
import type { NotifierStatus, SetStatus, ViewStatus } from './status.ts';

/** Everything there is to tell, as of one instant. */
export interface SelfFacts {
  readonly notifier: NotifierStatus;
  readonly counts: NotifierCounts;
  readonly store: StoreStatus;
  readonly gateway: GatewayReport;
  readonly sessions: Iterable<Session>;
}

/** One table of the source `panelcast`: how it looks, and what its rows are now. */
export interface SelfTable {
  readonly schema: TableSchema;
  readonly rows: (facts: SelfFacts) => readonly Row[];
}

interface Column<F> {
  readonly type: ColumnType;
  readonly format?: ColumnFormat;
  readonly description: string;
  readonly read: (fact: F) => Value | undefined;
}

interface TableOf<F> {
  readonly description: string;
  readonly facts: (all: SelfFacts) => Iterable<F>;
  /** The first is the primary key. */
  readonly columns: Readonly<Record<string, Column<F>>>;
}

function table<F>(name: string, { columns, description, facts }: TableOf<F>): SelfTable {
  const [primaryKey = ''] = Object.keys(columns);
  const schemas = Object.entries(columns).map(([name, { read: _, ...column }]): ColumnSchema => {
    return { name, ...column, nullable: name !== primaryKey };
  });
  const readers = Object.values(columns).map(({ read }) => read);
  return {
    schema: { name, primaryKey, columns: schemas, description },
    rows: all => Array.from(facts(all), fact => readers.map(read => read(fact) ?? null)),
  };
}

type Read<F> = (fact: F) => Value | undefined;

function text<F>(description: string, read: Read<F>): Column<F> {
  return { type: 'text', description, read };
}

function whole<F>(description: string, read: (fact: F) => number | undefined): Column<F> {
  return { type: 'integer', description, read: fact => round(read(fact)) };
}

/** To three places, which of milliseconds are microseconds: more are no fact but digits on the wire. */
function real<F>(description: string, read: (fact: F) => number | undefined): Column<F> {
  const places = (value: number | undefined) => (value === undefined ? undefined : Math.round(value * 1000) / 1000);
  return { type: 'real', description, read: fact => places(read(fact)) };
}

function time<F>(description: string, read: (fact: F) => number | undefined): Column<F> {
  return { type: 'integer', format: 'time-ms', description, read: fact => round(read(fact)) };
}

function yes<F>(description: string, read: (fact: F) => boolean): Column<F> {
  return { type: 'integer', format: 'boolean', description, read: fact => Number(read(fact)) };
}

function round(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}

const NOTIFIER = table<SelfFacts>('notifier', {
  description: 'One row: the notifier as a whole.',
  facts: all => [all],
  columns: {
    id: whole('Always 1.', () => 1),
    version: text('Version of the software.', ({ gateway }) => gateway.version),
    started_at: time('When it started.', ({ gateway }) => gateway.startedAtMs),
    seq: whole('The last committed change.', ({ notifier }) => notifier.seq),
    epoch: whole('The run of seqs.', ({ notifier }) => notifier.epoch),
    interval_ms: whole('The interval as the throttle has it now.', ({ notifier }) => notifier.interval.nowMs),
    base_interval_ms: whole('The interval as configured.', ({ notifier }) => notifier.interval.baseMs),
    pause_ms: whole('The pause between two request sets of a sweep.', ({ notifier }) => notifier.interval.pauseMs),
    throttle: text('How the interval reacts to slow sweeps.', ({ notifier }) => notifier.interval.throttle),
    why: text('What made the interval what it is; empty when nothing did.', ({ notifier }) => notifier.interval.why),
    viewers: whole('Live connections.', ({ gateway }) => gateway.live.viewers),
    stale: whole('Viewers that get nothing until they answer.', ({ gateway }) => gateway.live.stale),
    registrations: whole('Panels that are registered.', ({ notifier }) => notifier.registrations),
    filter_sets: whole('Distinct filters.', ({ notifier }) => notifier.sets.length),
    views: whole('Distinct views.', ({ notifier }) => notifier.views),
    streams: whole('Views by mode and interval.', ({ notifier }) => notifier.streams),
    lingering: whole('Views that nobody watches, kept for a while.', ({ notifier }) => notifier.lingering),
    encodings: whole('Frames encoded since the start.', ({ counts }) => counts.encodings),
    deliveries: whole('Cuts written to viewers since the start.', ({ gateway }) => gateway.live.deliveries),
    bytes_sent: whole('Bytes written to viewers since the start.', ({ gateway }) => gateway.live.bytesSent),
    conflations: whole('Times that a viewer fell behind.', ({ gateway }) => gateway.live.conflations),
    groups: whole('Sets of viewers with the same streams.', ({ gateway }) => gateway.live.groups),
    distribution_ms: whole('Writing the last output to all.', ({ gateway }) => gateway.live.lastDistributionMs),
    backlog_bytes: whole('Output that waits for the sockets.', ({ gateway }) => gateway.live.backlogBytes),
    rss_bytes: whole('Memory of the process.', ({ gateway }) => gateway.rssBytes),
    heap_bytes: whole('JavaScript heap of the sockets’ thread.', ({ gateway }) => gateway.heapBytes),
    store_mode: text('What an acknowledged event survives.', ({ store }) => store.mode),
    data_dir: text('Where the store is.', ({ store }) => store.dataDir),
    log_bytes: whole('The retained change log.', ({ store }) => store.logBytes),
    log_from: whole('The oldest change that is retained.', ({ store }) => store.logFrom),
    disk_bytes: whole('The database on disk.', ({ store }) => store.diskBytes),
    queued_writes: whole('Writes that wait for their commit.', ({ store }) => store.queuedWrites),
    queued_bytes: whole('What they hold.', ({ store }) => store.queuedBytes),
  },
});

const SOURCES = table<NotifierStatus['savings'][number]>('sources', {
  description: 'What sharing saved, by source, since the start.',
  facts: ({ notifier }) => notifier.savings,
  columns: {
    source: text('Name of the source.', ({ source }) => source),
    asked: whole('Evaluations that panels polling on their own would have cost.', ({ asked }) => asked),
    made: whole('Evaluations made.', ({ made }) => made),
    queries: whole('Reads of the source itself.', ({ queries }) => queries),
  },
});

const SETS = table<SetStatus>('sets', {
  description: 'Request sets: all views that share one filter.',
  facts: ({ notifier }) => notifier.sets,
  columns: {
    filter_set: text('Number of the set.', ({ set }) => set),
    source: text('Name of the source.', ({ source }) => source),
    table_name: text('Name of the table.', ({ table }) => table),
    filter: text('Empty for all rows.', ({ filter }) => filter),
    metric_views: whole('How many.', ({ metrics }) => metrics.length),
    pure_views: whole('How many.', ({ rows }) => rows.length),
    registrations: whole('Panels.', set => sumOf(set, view => view.registrations)),
    changes: whole('Changes that reached it.', ({ changes }) => changes),
    cuts: whole('Frames that its views were cut into.', set => sumOf(set, view => view.cuts)),
    cost_ms: real('What encoding them cost.', set => sumOf(set, view => view.costMs)),
  },
});

interface Member {
  readonly set: string;
  readonly kind: 'metric' | 'pure';
  readonly view: ViewStatus;
}

const VIEWS = table<Member>('views', {
  description: 'Views, with those who share them.',
  facts: ({ notifier }) => notifier.sets.flatMap(membersOf),
  columns: {
    view: text('Its name on the wire.', ({ view }) => view.view),
    filter_set: text('The set that it is in.', ({ set }) => set),
    kind: text('metric or pure.', ({ kind }) => kind),
    what: text('Columns or metrics, order and limit.', ({ view }) => view.what),
    viewers: whole('Connections.', ({ view }) => view.viewers),
    registrations: whole('Panels.', ({ view }) => view.registrations),
    members: text('session/id of those panels, the primary first.', ({ view }) => view.members.join(', ')),
    modes: text('Its streams.', ({ view }) => [...new Set(view.streams.map(({ mode }) => mode))].join(', ')),
    interval_ms: whole('The fastest that its panels ask for.', ({ view }) => fastestOf(view)),
    changes: whole('Changes that reached it.', ({ view }) => view.changes),
    cuts: whole('Cuts in which it had something to send.', ({ view }) => view.cuts),
    cost_ms: real('What encoding that cost.', ({ view }) => view.costMs),
  },
});

const SWEEPS = table<NotifierStatus['sweeps'][number]>('sweeps', {
  description: 'The latest sweeps, out of turn ones among them.',
  facts: ({ notifier }) => notifier.sweeps,
  columns: {
    sweep: whole('Its number since the start.', ({ sweep }) => sweep),
    at: time('The instant of its cut.', ({ atMs }) => atMs),
    due: yes('In its turn, and not a flush or an immediate stream.', ({ due }) => due),
    as_of: whole('The seq that it was cut at.', ({ asOf }) => asOf),
    busy_ms: real('Encoding, without the pauses.', ({ busyMs }) => busyMs),
    interval_ms: whole('The interval at that time.', ({ intervalMs }) => intervalMs),
    pause_ms: whole('The pause between two sets.', ({ pauseMs }) => pauseMs),
    sets: whole('Request sets that had something to send.', ({ sets }) => sets),
    streams: whole('Streams that were sent.', ({ streams }) => streams),
    bytes: whole('Length of what was sent, once each.', ({ bytes }) => bytes),
  },
});

const VIEWERS = table<{ readonly session: Session; readonly staleMs: number | undefined }>('viewers', {
  description: 'Live connections.',
  facts: viewersOf,
  columns: {
    session: whole('Its number.', ({ session }) => session.id),
    user: text('Login name, where Grafana vouches for one.', ({ session }) => session.identity.user),
    role: text('viewer, operator or admin.', ({ session }) => session.identity.role),
    client: text('Durable name, where it has one.', ({ session }) => session.client),
    registrations: whole('Panels.', ({ session }) => session.registrations),
    stale: yes('It has not answered and gets nothing until it does.', ({ staleMs }) => staleMs !== undefined),
    stale_ms: whole('For how long.', ({ staleMs }) => staleMs),
  },
});

const TABLES = table<readonly [string, number, number]>('tables', {
  description: 'The store’s tables.',
  facts: ({ counts, store }) =>
    Object.entries(store.rows).map(([name, rows]) => [name, rows, counts.changes[name] ?? 0]),
  columns: {
    table_name: text('Its name.', ([name]) => name),
    rows: whole('Rows in it.', ([, rows]) => rows),
    changes: whole('Changes since the start.', ([, , changes]) => changes),
  },
});

const SPOOLS = table<ClientSpool>('spools', {
  description: 'What is kept on disk for each store-and-forward client.',
  facts: ({ counts }) => counts.spools,
  columns: {
    client: text('Its durable name.', ({ client }) => client),
    streams: whole('How many streams it has.', ({ streams }) => streams),
    bytes: whole('Bytes kept.', ({ bytes }) => bytes),
    fault: text('What keeps them from going on; empty while nothing does.', ({ fault }) => fault ?? ''),
  },
});

const REFUSALS = table<readonly [string, number]>('refusals', {
  description: 'What was refused since the start, by error code, and connections that were ended, by reason.',
  facts: refusalsOf,
  columns: {
    what: text('Error code, or why a connection was ended.', ([what]) => what),
    times: whole('How often.', ([, times]) => times),
  },
});

const PARTS = table<readonly [string, unknown]>('parts', {
  description: 'What else runs in this process, such as the demo probe.',
  facts: ({ gateway }) => Object.entries(gateway.others),
  columns: {
    name: text('Its name.', ([name]) => name),
    facts: { type: 'text', format: 'json', description: 'Its own facts.', read: ([, facts]) => JSON.stringify(facts) },
  },
});

export const SELF_TABLES: readonly SelfTable[] = [
  ...[NOTIFIER, SOURCES, SETS, VIEWS, SWEEPS],
  ...[VIEWERS, TABLES, SPOOLS, REFUSALS, PARTS],
];

function refusalsOf({ counts, gateway }: SelfFacts): Iterable<readonly [string, number]> {
  const all = new Map(Object.entries(gateway.rejected));
  for (const [code, times] of Object.entries(counts.refusals)) all.set(code, (all.get(code) ?? 0) + times);
  for (const [reason, times] of Object.entries(gateway.live.farewells)) all.set(reason, times);
  return all;
}

function sumOf({ metrics, rows }: SetStatus, of: (view: ViewStatus) => number): number {
  let sum = 0;
  for (const view of metrics) sum += of(view);
  for (const view of rows) sum += of(view);
  return sum;
}

function membersOf({ metrics, rows, set }: SetStatus): Member[] {
  return [
    ...metrics.map((view): Member => ({ set, kind: 'metric', view })),
    ...rows.map((view): Member => ({ set, kind: 'pure', view })),
  ];
}

function fastestOf({ streams }: ViewStatus): number | undefined {
  return streams.length === 0 ? undefined : Math.min(...streams.map(({ intervalMs }) => intervalMs));
}

function* viewersOf({ gateway, sessions }: SelfFacts) {
  const stale = new Map(gateway.stale.map(({ forMs, session }) => [session, forMs]));
  for (const session of sessions) yield { session, staleMs: stale.get(session.id) };
}
