import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
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
  QueryCall,
} from './calls.ts';
import { HouseFacts } from './house-facts.ts';
import { parseJson, parseLines } from './intake-body.ts';
import type { Identity } from './link.ts';
import { NameCheck } from './name-check.ts';
import { type NameKind, Names } from './names.ts';
import type { NameSets } from './names-file.ts';
import { Notifier } from './notifier.ts';
import { answerOnce } from './one-shot.ts';
import { SELF_TABLES } from './self-tables.ts';

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
  readonly #facts: HouseFacts;
  #draining = false;
  #closed = false;

  constructor(options: StoreHouseOptions) {
    const { clock, filters, intervalMs, lingerMs, onFault, throttle, views } = options;
    this.#options = options;
    this.#server = ObjectServer.open({
      ...options.store,
      clock,
      onWork: () => this.#drainSoon(),
      onFault: error => onFault('store', error),
    });
    const { dataDir, mode } = options.store;
    this.#facts = new HouseFacts({ server: this.#server, notifier: () => this.notifier, mode, dataDir, intervalMs });
    const source = new EventsSource(this.#server);
    this.#self = this.#selfSource(source);
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

  execute({ idempotencyKey, meaning, params, rows, sql }: ExecuteCall) {
    const body = idempotencyKey === undefined ? '' : (meaning ?? JSON.stringify([sql, params]));
    return this.#server.execute(sql, params, { idempotency: this.#idempotency(idempotencyKey, body), rows });
  }

  async recall({ idempotencyKey, meaning }: { idempotencyKey: string; meaning: string }) {
    return this.#server.recall({ key: idempotencyKey, hash: hashOf(meaning) });
  }

  async query({ bounds, identity, request }: QueryCall) {
    const now = this.#options.clock.now();
    if (bounds !== undefined && now >= bounds.untilMs)
      throw new PanelcastError('timeout', 'the store was busy for as long as the answer may take; try again');
    const resolved = resolveRequest(request, this.#catalog, entitlement(identity));
    return answerOnce(resolved, now, this.notifier.past(resolved), bounds?.rowsMax);
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
    await this.notifier.committed(minSeq);
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
    this.#facts.report = report;
  }

  async status() {
    return { notifier: this.#facts.status, store: this.#facts.store };
  }

  async counts(): Promise<NotifierCounts> {
    return this.#facts.counts;
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

  #selfSource(store: Source): SelfSource {
    const { clock, intervalMs } = this.#options;
    return new SelfSource({
      clock,
      intervalMs,
      tables: SELF_TABLES.map(({ schema }) => schema),
      observe: tables => {
        const facts = this.#facts.self;
        const wanted = SELF_TABLES.filter(({ schema }) => tables.includes(schema.name));
        return new Map(wanted.map(({ rows, schema }) => [schema.name, rows(facts)]));
      },
      isWatched: table => this.notifier.views.isUsed(this.#self, table),
      position: () => store,
      onFault: error => this.#options.onFault('a look at the notifier itself', error),
    });
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
    return key === undefined ? undefined : { key, hash: hashOf(body) };
  }
}

function hashOf(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('base64');
}

/** Everybody sees every row; who may see which rows is decided here once identities carry restrictions. */
function entitlement(_identity: Identity): string | undefined {
  return undefined;
}
