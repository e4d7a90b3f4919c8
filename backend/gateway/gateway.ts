import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { NotifierCalls } from '../notifier/calls.ts';
import type { NotifierLink } from '../notifier/link.ts';
import type { ReaderPool } from '../object-server/readers/reader-pool.ts';
import { eventRoutes } from './api-events.ts';
import { nameRoutes } from './api-names.ts';
import { queryRoutes } from './api-query.ts';
import { sqlRoutes } from './api-sql.ts';
import { statusRoutes } from './api-status.ts';
import type { Grant } from './auth.ts';
import { healthRoutes } from './health-routes.ts';
import { LiveGateway } from './live/live-gateway.ts';
import { Metrics } from './metrics.ts';
import { reportOf, SelfReport } from './self-report.ts';
import { createServer, listen } from './server.ts';

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  readonly bodyBytes: number;
  readonly viewers: number;
  readonly intervalMs: number;
  readonly version: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly link: NotifierLink;
  readonly calls: NotifierCalls;
  readonly readers: ReaderPool | undefined;
  /** Who asks; throws `forbidden`. */
  readonly authenticate: (request: FastifyRequest) => Promise<Grant>;
  /** Other facts for `/api/status`, by name. */
  readonly others: Readonly<Record<string, () => unknown>>;
  /** Further routes under /api/, for whoever has an identity. */
  readonly apiRoutes: readonly ((server: FastifyInstance) => void)[];
  /** Pages, for everybody. */
  readonly pages: readonly ((server: FastifyInstance) => void)[];
}

/** An orchestrator kills after 10 s: what has not ended by then is cut off while there is still time to exit in order. */
const STOP_MS = 8000;
const FAREWELL_MS = 5000;

/** HTTP and WebSocket: the one place where sockets are. */
export class Gateway {
  readonly origin: string;
  readonly #server: FastifyInstance;
  readonly #live: LiveGateway;
  readonly #state: { stopping: boolean };
  readonly #report: SelfReport;

  private constructor(of: {
    server: FastifyInstance;
    live: LiveGateway;
    state: { stopping: boolean };
    report: SelfReport;
    origin: string;
  }) {
    this.#server = of.server;
    this.#live = of.live;
    this.#state = of.state;
    this.#report = of.report;
    this.origin = of.origin;
  }

  static async open(options: GatewayOptions): Promise<Gateway> {
    const { authenticate, bodyBytes, calls, clock, intervalMs, link, log, others, readers, version } = options;
    const metrics = new Metrics();
    const startedAtMs = clock.now();
    const countRejection = metrics.countRejection.bind(metrics);
    // Requests beside the viewers' sockets: probes, scrapes, health checks.
    const server = createServer({ log, bodyBytes, connections: options.viewers + 1000, countRejection });
    const { epoch } = await calls.position();
    const state = { stopping: false };
    const live = new LiveGateway({
      link,
      clock,
      log,
      welcome: () => ({ epoch, intervalMs }),
      authenticate,
      countRejection,
    });
    metrics.follow({ counts: () => calls.counts(), live: () => live.stats() });
    healthRoutes(server, { metrics: metrics.registry, notReady: () => (state.stopping ? 'stopping' : undefined) });
    server.decorateRequest('grant', null);
    live.install(server);
    server.register(async api => {
      api.addHook('onRequest', async request => {
        request.grant = await authenticate(request);
      });
      eventRoutes(api, { calls, bodyBytes });
      sqlRoutes(api, { calls, readers });
      queryRoutes(api, calls);
      nameRoutes(api, calls);
      statusRoutes(api, { calls, live, version, startedAtMs, others });
      for (const route of options.apiRoutes) route(api);
    });
    const report = new SelfReport({
      clock,
      viewers: () => live.stats().viewers,
      facts: () => reportOf({ live, metrics, version, startedAtMs, others }),
      tell: facts => calls.report(facts),
    });
    await report.tell();
    for (const page of options.pages) page(server);
    return new Gateway({ server, live, state, report, origin: await listen(server, options) });
  }

  /** Takes no new connection, lets what is in flight end, cuts off at the deadline what has not. */
  async stop(): Promise<void> {
    this.#state.stopping = true;
    const deadline = setTimeout(() => this.#server.server.closeAllConnections(), STOP_MS);
    await this.#live.stop('the notifier is stopping', FAREWELL_MS);
    await this.#server.close();
    this.#report.stop();
    clearTimeout(deadline);
  }
}
