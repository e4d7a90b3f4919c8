import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import type { HistogramFacts, LiveStats, NotifierCounts } from '../notifier/calls.ts';
import { ERROR_KINDS, type ErrorCode } from '../protocol/errors.ts';

/** What is asked for when somebody scrapes. */
export interface MetricSources {
  counts(): Promise<NotifierCounts>;
  live(): LiveStats;
}

/**
 * All numbers of the process. Most are counted where the work is done, on another thread, and fetched when they are
 * scraped: one call a scrape, nothing in between. Several may scrape at once, so that nothing is awaited between taking
 * away what was there and setting what is: a counter that seems to fall is a restart to Prometheus.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #rejections = new Map<string, number>(Object.keys(ERROR_KINDS).map(code => [code, 0]));
  #notifierRefusals: () => Promise<Readonly<Record<string, number>>> = async () => ({});

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const help = 'Requests, messages and connections refused, by error code.';
    this.#totals('panelcast_rejected_total', help, 'code', async () => {
      const refused = await this.#notifierRefusals();
      return Object.fromEntries([...this.#rejections].map(([code, times]) => [code, times + (refused[code] ?? 0)]));
    });
  }

  countRejection(code: ErrorCode): void {
    this.#rejections.set(code, (this.#rejections.get(code) ?? 0) + 1);
  }

  /** What was refused on this side of the store thread since the start, by error code. */
  get rejections(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#rejections].filter(([, times]) => times > 0));
  }

  /** From here on the notifier's and the viewers' numbers are among them. */
  follow({ counts, live }: MetricSources): void {
    let latest: Promise<NotifierCounts> | undefined;
    const fresh = (): Promise<NotifierCounts> => {
      latest ??= counts().finally(() => (latest = undefined));
      return latest;
    };
    this.#notifierRefusals = async () => (await fresh()).refusals;
    for (const [name, help, read] of LIVE_GAUGES) this.#gauge(name, help, () => read(live()));
    for (const [name, help, read] of LIVE_COUNTERS) this.#total(name, help, () => read(live()));
    for (const [name, help, read] of NOTIFIER_GAUGES) this.#gauge(name, help, async () => read(await fresh()));
    for (const [name, help, label, read] of NOTIFIER_COUNTERS)
      this.#totals(name, help, label, async () => read(await fresh()));
    this.#gauges('panelcast_spool_bytes', 'Bytes spooled for each store-and-forward client.', 'client', async () =>
      Object.fromEntries((await fresh()).spools.map(({ bytes, client }) => [client, bytes])),
    );
    this.#gauges(
      'panelcast_spool_held_up',
      '1 while something keeps a store-and-forward client’s streams from going on; the log says what.',
      'client',
      async () => Object.fromEntries((await fresh()).spools.map(({ client, fault }) => [client, fault ? 1 : 0])),
    );
    this.#histogram(
      'panelcast_sweep_seconds',
      'Time that encoding the changed views of one cut took.',
      async () => (await fresh()).sweepSeconds,
    );
    const delay = 'From the commit of a stream’s oldest waiting change to the cut that sends it.';
    this.#histogram('panelcast_change_to_send_seconds', delay, async () => (await fresh()).changeToSendSeconds);
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await read());
      },
    });
  }

  #gauges(name: string, help: string, label: string, read: () => Promise<Readonly<Record<string, number>>>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      async collect() {
        const numbers = Object.entries(await read());
        this.reset();
        for (const [value, number] of numbers) this.set({ [label]: value }, number);
      },
    });
  }

  #total(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  #totals(
    name: string,
    help: string,
    label: string | undefined,
    read: () => Promise<Readonly<Record<string, number>>>,
  ): void {
    new Counter({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.registry],
      async collect() {
        const numbers = Object.entries(await read());
        this.reset();
        for (const [value, number] of numbers) this.inc(label === undefined ? {} : { [label]: value }, number);
      },
    });
  }

  /** Already counted by bucket elsewhere, which the client's own histogram has no way to take. */
  #histogram(name: string, help: string, read: () => Promise<HistogramFacts>): void {
    const get = async () => {
      const { bounds, count, counts, sum } = await read();
      let below = 0;
      const buckets = counts.map((value, i) => {
        below += value;
        return { metricName: `${name}_bucket`, labels: { le: i < bounds.length ? bounds[i]! : '+Inf' }, value: below };
      });
      const totals = [
        { metricName: `${name}_sum`, labels: {}, value: sum },
        { metricName: `${name}_count`, labels: {}, value: count },
      ];
      return { name, help, type: 'histogram', aggregator: 'sum', values: [...buckets, ...totals] };
    };
    this.registry.registerMetric({ name, get, reset() {} } as unknown as Metric);
  }
}

const LIVE_GAUGES: readonly (readonly [string, string, (live: LiveStats) => number])[] = [
  ['panelcast_viewers', 'Live connections.', live => live.viewers],
  ['panelcast_viewers_stale', 'Viewers that get nothing until they answer.', live => live.stale],
  [
    'panelcast_subscription_groups',
    'Sets of viewers with the same streams, whose bytes are joined once.',
    live => live.groups,
  ],
];

const LIVE_COUNTERS: readonly (readonly [string, string, (live: LiveStats) => number])[] = [
  ['panelcast_deliveries_total', 'Cuts written to viewers.', live => live.deliveries],
  ['panelcast_bytes_sent_total', 'Bytes written to viewers.', live => live.bytesSent],
  [
    'panelcast_conflations_total',
    'Times that a viewer could not keep up and was given a fresh snapshot.',
    live => live.conflations,
  ],
];

const NOTIFIER_GAUGES: readonly (readonly [string, string, (counts: NotifierCounts) => number])[] = [
  ['panelcast_registrations', 'Panels that are registered.', counts => counts.registrations],
  ['panelcast_views', 'Distinct views.', counts => counts.views],
  ['panelcast_filter_sets', 'Distinct filters.', counts => counts.filterSets],
  ['panelcast_streams', 'Distinct streams: views by mode and interval.', counts => counts.streams],
  ['panelcast_interval_seconds', 'The base interval as the throttle has it now.', counts => counts.intervalMs / 1000],
  ['panelcast_throttled', '1 while the throttle lengthens the interval.', counts => Number(counts.throttled)],
  ['panelcast_seq', 'The last committed change.', counts => counts.seq],
  ['panelcast_epoch', 'The run of seqs.', counts => counts.epoch],
  ['panelcast_log_bytes', 'Bytes that the retained change log holds.', counts => counts.logBytes],
];

type Totals = (counts: NotifierCounts) => Readonly<Record<string, number>>;

const NOTIFIER_COUNTERS: readonly (readonly [string, string, string | undefined, Totals])[] = [
  [
    'panelcast_evaluations_total',
    'Views evaluated: once for each that changed, however many watch.',
    'source',
    ({ savings }) => bySource(savings, 'made'),
  ],
  [
    'panelcast_evaluations_avoided_total',
    'Evaluations that panels polling on their own would have asked for, less those made.',
    'source',
    ({ savings }) => bySource(savings, 'avoided'),
  ],
  [
    'panelcast_upstream_queries_total',
    'Reads of a source: first loads, snapshots, refills.',
    'source',
    ({ savings }) => bySource(savings, 'queries'),
  ],
  ['panelcast_changes_total', 'Committed row changes.', 'table', counts => counts.changes],
  [
    'panelcast_encodings_total',
    'Frames encoded: one for each stream and cut, and one for each snapshot.',
    undefined,
    ({ encodings }) => ({ all: encodings }),
  ],
];

function bySource(savings: NotifierCounts['savings'], what: 'made' | 'avoided' | 'queries'): Record<string, number> {
  return Object.fromEntries(savings.map(work => [work.source, work[what]]));
}
