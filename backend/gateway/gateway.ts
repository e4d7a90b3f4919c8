import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { NotifierCalls } from '../notifier/calls.ts';
import type { NotifierLink } from '../notifier/link.ts';
import type { ReaderPool } from '../object-server/readers/reader-pool.ts';
import { actionRoutes } from './api-actions.ts';
import { eventRoutes } from './api-events.ts';
import { nameRoutes } from './api-names.ts';
import { type QueryBounds, queryRoutes } from './api-query.ts';
import { sqlRoutes } from './api-sql.ts';
import { statusRoutes } from './api-status.ts';
import type { Grant } from './auth.ts';
import { healthRoutes } from './health-routes.ts';
import { Fields } from './live/fields.ts';
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
  /** Absent in store mode dump. */
  readonly readers: Promise<ReaderPool> | undefined;
  readonly queryBounds: QueryBounds;
  /** Who asks; throws `forbidden`. */
  readonly authenticate: (request: FastifyRequest) => Promise<Grant>;
  /** Other facts for `/api/status`, by name. */
  readonly others: Readonly<Record<string, () => unknown>>;
  /** Further routes under /api/, for whoever has an identity. */
  readonly apiRoutes: readonly ((server: FastifyInstance) => void)[];
  /** Pages, for everybody. */
  readonly pages: readonly ((server: FastifyInstance) => void)[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What may stand in the address behind `?`; anything else is refused. */
    readonly query?: readonly string[];
  }
}

/** An orchestrator kills after 10 s: what has not ended by then is cut off while there is still time to exit in order. */
const STOP_MS = 8000;
const FAREWELL_MS = 5000;

interface GatewayParts {
  readonly server: FastifyInstance;
  readonly live: LiveGateway;
  readonly calls: NotifierCalls;
  readonly report: SelfReport;
  readonly log: Logger;
  readonly stopping: AbortController;
}

/** HTTP and WebSocket: the one place where sockets are. */
export class Gateway {
  readonly origin: string;
  readonly #parts: GatewayParts;

  private constructor(origin: string, parts: GatewayParts) {
    this.origin = origin;
    this.#parts = parts;
  }

  static async open(options: GatewayOptions): Promise<Gateway> {
    const { authenticate, bodyBytes, calls, clock, intervalMs, link, log, others, readers, version } = options;
    const metrics = new Metrics();
    const startedAtMs = clock.now();
    const countRejection = metrics.countRejection.bind(metrics);
    // Requests beside the viewers' sockets: probes, scrapes, health checks.
    const server = createServer({ log, bodyBytes, connections: options.viewers + 1000, countRejection });
    const { epoch } = await calls.position();
    const stopping = new AbortController();
    const live = new LiveGateway({
      link,
      clock,
      log,
      welcome: () => ({ epoch, intervalMs }),
      authenticate,
      countRejection,
    });
    metrics.follow({ counts: () => calls.counts(), live: () => live.stats() });
    healthRoutes(server, {
      metrics: metrics.registry,
      notReady: () => (stopping.signal.aborted ? 'stopping' : undefined),
    });
    server.decorateRequest('grant', null);
    live.install(server);
    server.register(async api => {
      api.addHook('onRequest', async request => {
        request.grant = await authenticate(request);
        if (stopping.signal.aborted)
          throw new PanelcastError('stopping', 'the notifier is stopping; send it again shortly');
        Fields.of(request.query, 'query', request.routeOptions.config.query ?? []);
      });
      eventRoutes(api, { calls, clock, bodyBytes, stopping: stopping.signal });
      sqlRoutes(api, { calls, readers });
      actionRoutes(api, { calls, clock });
      queryRoutes(api, { calls, clock, bounds: options.queryBounds });
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
    return new Gateway(await listen(server, options), { server, live, calls, report, log, stopping });
  }

  /**
   * Takes nothing new; what is committed reaches the viewers in a last cut, then they are told to come back; what is in
   * flight ends, and what has not by the deadline is cut off.
   */
  async stop(): Promise<void> {
    const { calls, live, log, report, server, stopping } = this.#parts;
    stopping.abort();
    await calls.flush({ minSeq: 0 }).catch(error => log.warn({ err: error }, 'there was no last cut'));
    const deadline = setTimeout(() => server.server.closeAllConnections(), STOP_MS);
    await live.stop('the notifier is stopping', FAREWELL_MS);
    await server.close();
    report.stop();
    clearTimeout(deadline);
  }
}
