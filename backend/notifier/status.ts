import type { ViewEntry } from '../views/filter-set.ts';
import type { LiveStream } from './live-stream.ts';
import type { Notifier } from './notifier.ts';
import type { ViewUse } from './stream-table.ts';
import type { SweepRecord } from './sweep-records.ts';

/** What the console and `/api/status` show of the notifier; plain facts, readable by a person. */
export interface NotifierStatus {
  readonly seq: number;
  readonly epoch: number;
  readonly sets: readonly SetStatus[];
  readonly sessions: number;
  readonly registrations: number;
  readonly views: number;
  readonly streams: number;
  /** Views that nobody watches and that are kept for a while. */
  readonly lingering: number;
  readonly interval: {
    readonly baseMs: number;
    readonly nowMs: number;
    readonly pauseMs: number;
    readonly throttle: string;
    readonly why: string;
  };
  readonly sweeps: readonly SweepRecord[];
  readonly savings: readonly SourceSavings[];
}

export interface SetStatus {
  readonly set: string;
  readonly source: string;
  readonly table: string;
  /** Empty for all rows. */
  readonly filter: string;
  readonly changes: number;
  readonly metrics: readonly ViewStatus[];
  readonly rows: readonly ViewStatus[];
}

export interface ViewStatus {
  readonly view: string;
  /** Columns or metrics, order and limit, in words. */
  readonly what: string;
  readonly viewers: number;
  readonly primary: string | undefined;
  readonly secondaries: number;
  readonly registrations: number;
  /** session/id of the panels that share it, the primary first; of very many the first ones. */
  readonly members: readonly string[];
  readonly streams: readonly { readonly mode: string; readonly intervalMs: number; readonly registrations: number }[];
  readonly changes: number;
  readonly cuts: number;
  readonly costMs: number;
}

export interface SourceSavings {
  readonly source: string;
  /** What every panel polling on its own would have asked. */
  readonly asked: number;
  readonly made: number;
  readonly avoided: number;
  readonly queries: number;
}

/** A screen shows no more; a view of 10 000 viewers is still told in one line. */
const MEMBERS_MAX = 24;

export function notifierStatus(notifier: Notifier, intervalMs: number): NotifierStatus {
  const { counters, cutter, sessions, streams, throttle, views } = notifier;
  const { asOf: seq, epoch, intervalMs: nowMs } = cutter.facts();
  const sets = [...views.sets].map(set => {
    const entries = set.views;
    return {
      set: `s${set.id}`,
      source: set.source.name,
      table: set.table.name,
      filter: set.filter.text,
      changes: set.changes,
      metrics: entries.filter(({ view }) => view.kind === 'metric').map(entry => viewStatus(entry, notifier)),
      rows: entries.filter(({ view }) => view.kind !== 'metric').map(entry => viewStatus(entry, notifier)),
    };
  });
  return {
    seq,
    epoch,
    sets,
    sessions: sessions.size,
    registrations: streams.registrations,
    views: sets.reduce((sum, set) => sum + set.metrics.length + set.rows.length, 0),
    streams: streams.streams,
    lingering: notifier.registrar.lingering,
    interval: { baseMs: intervalMs, nowMs, pauseMs: throttle.pauseMs, throttle: throttle.kind, why: throttle.why },
    sweeps: cutter.records.all,
    savings: [...counters.sources].map(([source, work]) => ({ source, ...work })),
  };
}

function viewStatus(entry: ViewEntry, notifier: Notifier): ViewStatus {
  const use = notifier.streams.use(entry);
  const registrations = use?.registrations ?? 0;
  const members = use === undefined ? [] : firstOf(membersOf(use), MEMBERS_MAX);
  return {
    view: `v${entry.id}`,
    what: describe(entry),
    viewers: use?.sessions.size ?? 0,
    primary: members[0],
    secondaries: Math.max(0, registrations - 1),
    registrations,
    members,
    streams: [...(use?.streams.values() ?? [])].map(({ intervalMs, mode, registrations }: LiveStream) => ({
      mode,
      intervalMs,
      registrations,
    })),
    changes: entry.changes,
    cuts: entry.cuts,
    costMs: entry.costMs,
  };
}

/** The primary, and then the others. */
function* membersOf({ entry, primary, sessions }: ViewUse): Generator<string> {
  const first = primary && `${primary.session.id}/${primary.id}`;
  if (first !== undefined) yield first;
  for (const session of sessions) {
    for (const [id, { stream }] of session.panels()) {
      const member = `${session.id}/${id}`;
      if (stream.entry === entry && member !== first) yield member;
    }
  }
}

function firstOf<T>(all: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const one of all) {
    if (first.length === count) break;
    first.push(one);
  }
  return first;
}

function describe({ spec, view }: ViewEntry): string {
  if (spec.kind === 'metric') {
    const groups = spec.groupBy.map(index => spec.table.columns[index]!.name);
    const metrics = view.fields.slice(groups.length).map(({ name }) => name);
    return `${metrics.join(', ')}${groups.length > 0 ? ` by ${groups.join(', ')}` : ''}`;
  }
  const columns =
    spec.columns.length === spec.table.columns.length ? 'all columns' : view.fields.map(({ name }) => name).join(', ');
  if (spec.kind === 'rows') return columns;
  const order = spec.orderBy.map(
    ({ columnIndex, desc }) => `${spec.table.columns[columnIndex]!.name}${desc ? ' down' : ''}`,
  );
  return `${columns}; first ${spec.limit}${order.length > 0 ? ` by ${order.join(', ')}` : ''}`;
}
