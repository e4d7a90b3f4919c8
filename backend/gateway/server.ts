import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from '../lib/log.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { type CountRejection, installErrors, refuseSocket } from './http-errors.ts';

export interface ServerOptions {
  readonly log: Logger;
  readonly bodyBytes: number;
  readonly connections: number;
  readonly countRejection: CountRejection;
}

/** A header block of 16 KiB holds a Grafana cookie, a signed identity and a bearer token, with room. */
const HEADER_BYTES = 16 * 1024;
/** A request that has not arrived whole in a minute never will; a streamed body renews it by being read. */
const REQUEST_MS = 60_000;
const KEEP_ALIVE_MS = 72_000; // above the 60 s of common reverse proxies, so that they close first

/** The frame that every route hangs in: limits, request ids, logs, one shape of errors. */
export function createServer(options: ServerOptions): FastifyInstance {
  let lastRequest = 0;
  const server: FastifyInstance = fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    bodyLimit: options.bodyBytes,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { maxHeaderSize: HEADER_BYTES },
    routerOptions: { ignoreTrailingSlash: false },
    genReqId: () => `r${(++lastRequest).toString(36)}`,
    clientErrorHandler: refuseSocket,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  server.server.maxConnections = options.connections;
  server.server.on('drop', () => options.countRejection('overloaded'));
  installErrors(server, options.countRejection);
  server.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  server.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        url: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    );
  });
  return server;
}

export interface ListenAt {
  readonly host: string;
  readonly port: number;
}

/** The origin that a browser on this machine would open. */
export async function listen(server: FastifyInstance, { host, port }: ListenAt): Promise<string> {
  try {
    // 5 000 viewers that reconnect at once wait a third as long with this backlog as with the default of 511.
    await server.listen({ host, port, backlog: 4096 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new PanelcastError(
        'bad-config',
        `port ${port} on ${host} is taken; stop what holds it, or choose another with --port`,
      );
    if (code === 'EACCES')
      throw new PanelcastError(
        'bad-config',
        `port ${port} on ${host} is not allowed to this user; choose one from 1024 with --port`,
      );
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new PanelcastError(
        'bad-config',
        `host ${host} is not an address of this machine; choose another with --host`,
      );
    throw error;
  }
  const address = server.server.address();
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${typeof address === 'object' && address !== null ? address.port : port}`;
}
