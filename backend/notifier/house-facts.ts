import { statSync } from 'node:fs';
import type { Change } from '../object-server/change.ts';
import type { StoreMode } from '../object-server/lifetime.ts';
import type { ObjectServer } from '../object-server/object-server.ts';
import type { GatewayReport, NotifierCounts, StoreStatus } from './calls.ts';
import type { Notifier } from './notifier.ts';
import type { SelfFacts } from './self-tables.ts';
import { type NotifierStatus, notifierStatus } from './status.ts';

export interface HouseFactsOptions {
  readonly server: ObjectServer;
  readonly notifier: () => Notifier;
  readonly mode: StoreMode;
  readonly dataDir: string | undefined;
  readonly intervalMs: number;
}

/** What there is to tell of the store and its notifier, and what the gateway told of itself. */
export class HouseFacts {
  report = NO_REPORT;
  readonly #options: HouseFactsOptions;
  /** Kept from the changes: counting a million rows takes as long as storing ten thousand. */
  readonly #rows = new Map<string, number>();

  constructor(options: HouseFactsOptions) {
    const { server } = options;
    this.#options = options;
    for (const { name } of server.tables) this.#rows.set(name, server.count(name));
    server.onCommit(changes => this.#count(changes));
  }

  get self(): SelfFacts {
    const { notifier } = this.#options;
    const { counts, report: gateway, status, store } = this;
    return { notifier: status, counts, store, gateway, sessions: notifier().sessions.values() };
  }

  get status(): NotifierStatus {
    const { intervalMs, notifier } = this.#options;
    return notifierStatus(notifier(), intervalMs);
  }

  get counts(): NotifierCounts {
    const { intervalMs, notifier, server } = this.#options;
    const { counters, registrar, streams, throttle, views } = notifier();
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
      intervalMs: throttle.intervalMs(intervalMs),
      throttled: throttle.throttled,
      seq: server.seq,
      epoch: server.epoch,
      spools: registrar.saf.clients,
      logBytes: server.logBytes,
    };
  }

  get store(): StoreStatus {
    const { dataDir = '', mode, server } = this.#options;
    const { bytes, writes } = server.queued;
    return {
      mode,
      dataDir,
      rows: Object.fromEntries(this.#rows),
      logBytes: server.logBytes,
      logFrom: server.bounds.first,
      diskBytes: server.databaseFile === undefined ? 0 : diskBytes(server.databaseFile),
      queuedWrites: writes,
      queuedBytes: bytes,
    };
  }

  #count(changes: readonly Change[]): void {
    for (const { after, before, table } of changes) {
      const step = (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
      if (step !== 0) this.#rows.set(table, this.#rows.get(table)! + step);
    }
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
    registrations: 0,
    stale: 0,
    groups: 0,
    deliveries: 0,
    bytesSent: 0,
    conflations: 0,
    backlogBytes: 0,
    backlogMs: 0,
    lastDistributionMs: 0,
    farewells: {},
  },
  stale: [],
  rejected: {},
  rssBytes: 0,
  heapBytes: 0,
  others: {},
};
