import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Change } from '../object-server/change.ts';
import { ObjectServer } from '../object-server/object-server.ts';
import type { ObjectServerOptions } from '../object-server/object-server-options.ts';
import type { Request } from '../protocol/request.ts';
import { EventsSource } from '../sources/events-source.ts';
import { SelfSource } from '../sources/self-source.ts';
import type { Source } from '../sources/source.ts';
import { Spool, type SpoolLimits } from '../streams/spool.ts';
import type { ThrottleKind } from '../streams/throttle.ts';
import { type Catalog, resolveRequest } from '../views/resolve-request.ts';
import type {
  ExecuteCall,
  GatewayReport,
  IntakeAnswer,
  IntakeCall,
  NotifierCalls,
  NotifierCounts,
  StoreStatus,
} from './calls.ts';
import { parseJson, parseLines } from './intake-body.ts';
import type { Identity } from './link.ts';
import { NameCheck } from './name-check.ts';
import { type NameKind, Names } from './names.ts';
import type { NameSets } from './names-file.ts';
import { Notifier } from './notifier.ts';
import { answerOnce } from './one-shot.ts';
import { SELF_TABLES, type SelfFacts } from './self-tables.ts';
import { notifierStatus } from './status.ts';

export interface StoreHouseOptions {
  readonly store: Omit<ObjectServerOptions, 'clock' | 'onWork' | 'onFault'>;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly throttle: ThrottleKind;
  readonly lingerMs: number;
  readonly filters: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, Request>>;
  readonly spool: SpoolLimits;
  /** Runs soon, after what is under way: the writer takes everything that has queued up by then. */
  readonly soon: (run: () => void) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

const HOUSEKEEPING_MS = 5000;
/** Groups between two looks at what else wants this thread. */
const GROUPS_AT_ONCE = 4;

/** One thread's worth of Panelcast: the object server, the notifier over it, and the calls that both answer. */
export class StoreHouse implements NotifierCalls {
  readonly notifier: Notifier;
  readonly #server: ObjectServer;
  readonly #options: StoreHouseOptions;
  readonly #catalog: Catalog;
  readonly #self: SelfSource;
  readonly #names: Names;
  /** Kept from the changes: counting a million rows takes as long as storing ten thousand. */
  readonly #rows = new Map<string, number>();
  #draining = false;
  #closed = false;
  #report = NO_REPORT;

  constructor(options: StoreHouseOptions) {
    const { clock, filters, intervalMs, lingerMs, onFault, throttle, views } = options;
    this.#options = options;
    this.#server = ObjectServer.open({
      ...options.store,
      clock,
      onWork: () => this.#drainSoon(),
      onFault: error => onFault('store', error),
    });
    for (const { name } of this.#server.tables) this.#rows.set(name, this.#server.count(name));
    this.#server.onCommit(changes => this.#count(changes));
    const source = new EventsSource(this.#server);
    this.#self = this.#selfSource(source);
    const { dataDir } = options.store;
    const names = new Names({ configured: { filters, views }, file: dataDir && join(dataDir, 'names.json') });
    this.#names = names;
    this.#catalog = {
      sources: new Map<string, Source>([source, this.#self].map(each => [each.name, each])),
      filters: { resolve: name => names.filter(name), names: () => Object.keys(names.all.filters) },
      namedView: name => names.view(name),
      namedViews: () => Object.keys(names.all.views),
      intervalMs,
    };
    const catalog = this.#catalog;
    const spool = new Spool(dataDir === undefined ? ':memory:' : join(dataDir, 'spool.db'), options.spool);
    this.notifier = new Notifier({ clock, store: source, catalog, throttle, spool, lingerMs, entitlement, onFault });
    this.#housekeepLater();
  }

  async intake(call: IntakeCall): Promise<IntakeAnswer> {
    const events = call.form === 'json' ? parseJson(call.body) : parseLines(call.body, call.offset);
    return this.#server.intake(events, {
      partial: call.partial,
      idempotency: this.#idempotency(call.idempotencyKey, call.body),
      offset: call.offset,
    });
  }

  execute({ idempotencyKey, params, sql }: ExecuteCall) {
    const body = idempotencyKey === undefined ? '' : JSON.stringify([sql, params]);
    return this.#server.execute(sql, params, this.#idempotency(idempotencyKey, body));
  }

  async query({ identity, request }: { request: Request; identity: Identity }) {
    const now = this.#options.clock.now();
    const resolved = resolveRequest(request, this.#catalog, entitlement(identity));
    return answerOnce(resolved, now, this.notifier.past(resolved));
  }

  async names(): Promise<NameSets> {
    return this.#names.all;
  }

  /** A value that means nothing is not saved, nor a change that another name would not survive; panels move at once. */
  async saveName({
    kind,
    name,
    value,
  }: {
    kind: NameKind;
    name: string;
    value?: string | Request;
  }): Promise<{ moved: number }> {
    const check = new NameCheck(
      this.#catalog,
      this.#server.tables.map(table => table.name),
    );
    const others = check.sound(this.#names.all).filter(other => other.kind !== kind || other.name !== name);
    this.#names.change(kind, name, value as never, () => {
      if (value !== undefined) check.expectSound({ kind, name });
      check.expectStillSound(others);
    });
    return { moved: this.notifier.rehome() };
  }

  async flush({ minSeq, views }: { minSeq: number; views?: readonly string[] }) {
    if (minSeq > this.#server.seq)
      throw new PanelcastError('timeout', `seq ${minSeq} is not committed; the store is at ${this.#server.seq}`);
    return { asOf: this.notifier.flushViews(views) };
  }

  async schema() {
    return this.#server.tables;
  }

  get databaseFile(): string | undefined {
    return this.#server.databaseFile;
  }

  async position() {
    return { epoch: this.#server.epoch, seq: this.#server.seq };
  }

  async backup({ file }: { file: string }) {
    await this.#server.backup(file);
    return { bytes: statSync(file).size };
  }

  async report(report: GatewayReport): Promise<void> {
    this.#report = report;
  }

  async status() {
    return { notifier: notifierStatus(this.notifier, this.#options.intervalMs), store: this.#storeStatus() };
  }

  async counts(): Promise<NotifierCounts> {
    return this.#counts();
  }

  #counts(): NotifierCounts {
    const { counters, streams, throttle, views } = this.notifier;
    let count = 0;
    for (const set of views.sets) count += set.views.length;
    return {
      registrations: streams.registrations,
      views: count,
      filterSets: views.size,
      streams: streams.streams,
      savings: [...counters.sources].map(([source, work]) => ({ source, ...work })),
      encodings: counters.encodings,
      changes: Object.fromEntries(counters.changes),
      refusals: Object.fromEntries(counters.refusals),
      sweepSeconds: { ...counters.sweepSeconds },
      changeToSendSeconds: { ...counters.changeToSendSeconds },
      intervalMs: throttle.intervalMs(this.#options.intervalMs),
      throttled: throttle.throttled,
      seq: this.#server.seq,
      epoch: this.#server.epoch,
      spoolBytes: this.notifier.registrar.saf.bytesByClient,
      logBytes: this.#server.logBytes,
    };
  }

  /** Stops intake, lets everything committed reach its streams in a last cut, and leaves one complete file behind. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#server.drain();
      this.notifier.stop();
      this.#self.close();
    } finally {
      await this.#server.close();
    }
  }

  #count(changes: readonly Change[]): void {
    for (const { after, before, table } of changes) {
      const step = (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
      if (step !== 0) this.#rows.set(table, this.#rows.get(table)! + step);
    }
  }

  #selfSource(store: Source): SelfSource {
    const { clock, intervalMs } = this.#options;
    return new SelfSource({
      clock,
      intervalMs,
      tables: SELF_TABLES.map(({ schema }) => schema),
      observe: tables => {
        const facts = this.#facts();
        const wanted = SELF_TABLES.filter(({ schema }) => tables.includes(schema.name));
        return new Map(wanted.map(({ rows, schema }) => [schema.name, rows(facts)]));
      },
      isWatched: table => this.notifier.views.isUsed(this.#self, table),
      position: () => store,
      onFault: error => this.#options.onFault('a look at the notifier itself', error),
    });
  }

  #facts(): SelfFacts {
    return {
      notifier: notifierStatus(this.notifier, this.#options.intervalMs),
      counts: this.#counts(),
      store: this.#storeStatus(),
      gateway: this.#report,
      sessions: this.notifier.sessions.values(),
    };
  }

  #drainSoon(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#options.soon(() => {
      this.#draining = false;
      if (!this.#closed && this.#server.drain(GROUPS_AT_ONCE)) this.#drainSoon();
    });
  }

  #housekeepLater(): void {
    this.#options.clock.after(HOUSEKEEPING_MS, () => {
      if (this.#closed) return;
      this.#server.housekeep().catch(error => this.#options.onFault('housekeeping', error));
      this.notifier.registrar.saf.trim();
      this.#housekeepLater();
    });
  }

  #idempotency(key: string | undefined, body: Uint8Array | string) {
    return key === undefined ? undefined : { key, hash: createHash('sha256').update(body).digest('base64') };
  }

  #storeStatus(): StoreStatus {
    const server = this.#server;
    const { bytes, writes } = server.queued;
    return {
      mode: this.#options.store.mode,
      dataDir: this.#options.store.dataDir ?? '',
      rows: Object.fromEntries(this.#rows),
      logBytes: server.logBytes,
      logFrom: server.bounds.first,
      diskBytes: server.databaseFile === undefined ? 0 : diskBytes(server.databaseFile),
      queuedWrites: writes,
      queuedBytes: bytes,
    };
  }
}

/** With the write-ahead log: until a checkpoint, that is where most of it is. */
function diskBytes(file: string): number {
  return [file, `${file}-wal`].reduce((sum, name) => sum + (statSync(name, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Before the gateway has told anything. */
const NO_REPORT: GatewayReport = {
  version: '',
  startedAtMs: 0,
  live: {
    viewers: 0,
    stale: 0,
    groups: 0,
    deliveries: 0,
    bytesSent: 0,
    conflations: 0,
    backlogBytes: 0,
    lastDistributionMs: 0,
    farewells: {},
  },
  stale: [],
  rejected: {},
  rssBytes: 0,
  heapBytes: 0,
  others: {},
};

/** Everybody sees every row; who may see which rows is decided here once identities carry restrictions. */
function entitlement(_identity: Identity): string | undefined {
  return undefined;
}
