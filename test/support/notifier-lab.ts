import type { Identity, OutputBatch, SessionId, Span, ToNotifier } from '../../backend/notifier/link.ts';
import { Notifier } from '../../backend/notifier/notifier.ts';
import { eventsTable } from '../../backend/object-server/events-table.ts';
import { ObjectServer } from '../../backend/object-server/object-server.ts';
import type { TableDefinition } from '../../backend/object-server/table-schema.ts';
import type { ServerMessage } from '../../backend/protocol/messages.ts';
import type { Request } from '../../backend/protocol/request.ts';
import { EventsSource } from '../../backend/sources/events-source.ts';
import type { Source } from '../../backend/sources/source.ts';
import { Spool, type SpoolLimits } from '../../backend/streams/spool.ts';
import type { ThrottleKind } from '../../backend/streams/throttle.ts';
import type { Catalog } from '../../backend/views/resolve-request.ts';
import { PlantedSource } from './planted-source.ts';
import { SimClock } from './sim-clock.ts';
import { Viewer } from './viewer.ts';

const OPERATOR: Identity = { role: 'operator' };

export interface LabOptions {
  readonly dataDir?: string;
  readonly clock?: SimClock;
  /** Read at each use: a test may change them. */
  readonly filters?: Readonly<Record<string, string>>;
  readonly views?: Readonly<Record<string, Request>>;
  readonly throttle?: ThrottleKind;
  readonly lingerMs?: number;
  readonly entitlement?: (identity: Identity) => string | undefined;
  readonly spool?: SpoolLimits;
  /** Of retained changes; by default more than a test makes. */
  readonly logBytesMax?: number;
  /** Beside `events`. */
  readonly tables?: readonly TableDefinition[];
}

const SPOOL: SpoolLimits = { bytesMax: 1e9, ageMsMax: 1e12 };

/**
 * A whole notifier on real SQLite in one thread and in simulated time, with viewers that keep what they are sent as a
 * client should. What the gateway does with sockets is done here with plain calls: subscriptions and cuts per session.
 */
export class NotifierLab {
  readonly clock: SimClock;
  readonly server: ObjectServer;
  readonly source: PlantedSource;
  readonly spool: Spool;
  readonly catalog: Catalog;
  readonly notifier: Notifier;
  readonly viewers = new Map<SessionId, Viewer>();
  readonly faults: unknown[] = [];
  readonly batches: OutputBatch[] = [];
  #lastSession = 0;

  constructor(options: LabOptions = {}) {
    this.clock = options.clock ?? new SimClock();
    const { dataDir, filters = {}, logBytesMax, tables = [], views = {} } = options;
    const where = dataDir === undefined ? { mode: 'dump' as const } : { mode: 'fast' as const, dataDir };
    this.server = ObjectServer.open({
      ...where,
      clock: this.clock,
      tables: [eventsTable(), ...tables],
      expire: false,
      deleteClearedAfterMs: undefined,
      ...(logBytesMax === undefined ? {} : { logBytesMax }),
    });
    this.source = new PlantedSource(new EventsSource(this.server));
    this.spool = new Spool(dataDir === undefined ? ':memory:' : `${dataDir}/spool.db`, options.spool ?? SPOOL);
    this.catalog = {
      sources: new Map<string, Source>([['events', this.source]]),
      filters: { resolve: name => filters[name], names: () => Object.keys(filters) },
      namedView: name => views[name],
      namedViews: () => Object.keys(views),
      intervalMs: 1000,
    };
    this.notifier = new Notifier({
      clock: this.clock,
      store: this.source,
      catalog: this.catalog,
      throttle: options.throttle ?? 'adaptive',
      spool: this.spool,
      lingerMs: options.lingerMs ?? 30_000,
      entitlement: options.entitlement ?? (() => undefined),
      onFault: (what, error) => this.faults.push({ what, error }),
    });
    this.notifier.onOutput(batch => this.#receive(batch));
  }

  /** A new viewer, joined. */
  join(options: { client?: string; resume?: { epoch: number; seq: number }; identity?: Identity } = {}): Viewer {
    const { identity = OPERATOR, ...rest } = options;
    const viewer = new Viewer(++this.#lastSession, messages => this.notifier.tell(messages));
    this.viewers.set(viewer.session, viewer);
    this.notifier.tell([{ type: 'join', session: viewer.session, identity, ...rest }]);
    return viewer;
  }

  leave(viewer: Viewer): void {
    this.viewers.delete(viewer.session);
    this.notifier.tell([{ type: 'leave', session: viewer.session }]);
  }

  /** Committed and seen by the notifier when it returns. */
  write(sql: string, params: (string | number | null)[] = []): void {
    this.server.execute(sql, params).catch((error: unknown) => this.faults.push(error));
    this.server.drain();
  }

  send(...events: Readonly<Record<string, unknown>>[]): void {
    this.server.intake(events).catch((error: unknown) => this.faults.push(error));
    this.server.drain();
  }

  /** Lets what was told be answered. */
  settle(): void {
    this.clock.pass(5);
  }

  async close(): Promise<void> {
    this.notifier.stop();
    await this.server.close();
  }

  [Symbol.dispose](): void {
    void this.close();
  }

  #receive(batch: OutputBatch): void {
    this.batches.push(batch);
    const read = (spans: readonly Span[]) =>
      spans.map(({ from, to }) => JSON.parse(Buffer.from(batch.texts.subarray(from, to)).toString()) as ServerMessage);
    for (const item of batch.items) {
      if (item.type === 'send') {
        const viewer = this.viewers.get(item.session);
        for (const stream of item.subscribe ?? []) viewer?.streams.add(stream);
        for (const stream of item.unsubscribe ?? []) viewer?.streams.delete(stream);
        viewer?.deliver(read(item.spans), item.cut, item.refreshed ?? false);
      } else {
        for (const viewer of this.viewers.values()) {
          const own = item.streams.flatMap((stream, i) => (viewer.streams.has(stream) ? read(item.spans[i]!) : []));
          if (own.length === 0) continue;
          if (viewer.stalled) {
            viewer.miss(item.facts.asOf);
            continue;
          }
          viewer.receive(own);
          viewer.cut(item.facts);
        }
      }
    }
  }
}

export type Tell = (messages: readonly ToNotifier[]) => void;
