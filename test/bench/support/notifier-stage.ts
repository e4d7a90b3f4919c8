import type { OutputBatch, SessionId } from '../../../backend/notifier/link.ts';
import { Notifier } from '../../../backend/notifier/notifier.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import type { ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import { EventsSource } from '../../../backend/sources/events-source.ts';
import { Spool } from '../../../backend/streams/spool.ts';
import { SimClock } from '../../support/sim-clock.ts';

const INTERVAL_MS = 1000;

/**
 * A whole notifier over a store in memory, in this thread and in simulated time: everything that happens to a change
 * from its statement to the encoded frames. What would go to the sockets is counted and dropped.
 */
export class NotifierStage {
  readonly server: ObjectServer;
  readonly notifier: Notifier;
  readonly #clock = new SimClock();
  #lastSession: SessionId = 0;
  /** Of the last `pass`. */
  frames = 0;
  bytes = 0;
  #batches: OutputBatch[] = [];

  constructor() {
    const clock = this.#clock;
    this.server = ObjectServer.open({ mode: 'dump', clock, expire: false, deleteClearedAfterMs: undefined });
    const store = new EventsSource(this.server);
    this.notifier = new Notifier({
      clock,
      store,
      catalog: {
        sources: new Map([['events', store]]),
        filters: { resolve: () => undefined, names: () => [] },
        namedView: () => undefined,
        namedViews: () => [],
        intervalMs: INTERVAL_MS,
      },
      throttle: 'adaptive',
      spool: new Spool(':memory:', { bytesMax: 1e9, ageMsMax: 1e12 }),
      lingerMs: 30_000,
      entitlement: () => undefined,
      onFault: (what, error) => {
        throw new Error(what, { cause: error });
      },
    });
    this.notifier.onOutput(batch => this.#count(batch));
  }

  /** A viewer of these panels. */
  join(requests: readonly Request[]): void {
    const session = ++this.#lastSession;
    this.notifier.tell([{ type: 'join', session, identity: { role: 'viewer' } }]);
    this.notifier.tell(requests.map((request, i) => ({ type: 'open', session, id: `p${i}`, request })));
  }

  send(events: readonly Readonly<Record<string, unknown>>[]): void {
    void this.server.intake(events);
    this.server.drain();
  }

  /** One interval: everything that waits is cut, encoded and handed over. */
  pass(): void {
    this.frames = 0;
    this.bytes = 0;
    this.#batches = [];
    this.#clock.pass(INTERVAL_MS);
  }

  /** What the last `pass` told, each message once however many watch. */
  *messages(): Iterable<ServerMessage> {
    for (const { items, texts } of this.#batches)
      for (const item of items)
        for (const { from, to } of item.type === 'cut' ? item.spans.flat() : item.spans)
          yield JSON.parse(Buffer.from(texts.subarray(from, to)).toString()) as ServerMessage;
  }

  async close(): Promise<void> {
    this.notifier.stop();
    await this.server.close();
  }

  #count(batch: OutputBatch): void {
    const { items, texts } = batch;
    this.bytes += texts.byteLength;
    this.#batches.push(batch);
    for (const item of items) if (item.type === 'cut') this.frames += item.streams.length;
  }
}
