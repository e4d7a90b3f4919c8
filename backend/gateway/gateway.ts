import type { FastifyInstance } from 'fastify';
import type { Logger } from '../lib/log.ts';
import { healthRoutes } from './health-routes.ts';
import { Metrics } from './metrics.ts';
import { createServer, listen } from './server.ts';

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  readonly bodyBytes: number;
  readonly viewers: number;
  readonly log: Logger;
}

/** An orchestrator kills after 10 s: what has not ended by then is cut off while there is still time to exit in order. */
const STOP_MS = 8000;

/** HTTP and WebSocket: the one place where sockets are. */
export class Gateway {
  readonly origin: string;
  readonly #server: FastifyInstance;
  #stopping = false;

  private constructor(server: FastifyInstance, origin: string) {
    this.#server = server;
    this.origin = origin;
  }

  static async open(options: GatewayOptions): Promise<Gateway> {
    const metrics = new Metrics();
    const server = createServer({
      log: options.log,
      bodyBytes: options.bodyBytes,
      // Requests beside the viewers' sockets: probes, scrapes, health checks.
      connections: options.viewers + 1000,
      countRejection: code => metrics.countRejection(code),
    });
    let gateway: Gateway | undefined;
    healthRoutes(server, {
      metrics: metrics.registry,
      notReady: () => (gateway === undefined || gateway.#stopping ? 'stopping' : undefined),
    });
    gateway = new Gateway(server, await listen(server, options));
    return gateway;
  }

  /** Takes no new connection, lets what is in flight end, cuts off at the deadline what has not. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const deadline = setTimeout(() => this.#server.server.closeAllConnections(), STOP_MS);
    await this.#server.close();
    clearTimeout(deadline);
  }
}
