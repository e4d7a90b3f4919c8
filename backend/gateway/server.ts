import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from '../lib/log.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { bodyParsers } from './body-parsers.ts';
import { type CountRejection, Refusals } from './http-errors.ts';
import { closeInOrder } from './orderly-close.ts';

export interface ServerOptions {
  readonly log: Logger;
  readonly bodyBytes: number;
  readonly connections: number;
  readonly countRejection: CountRejection;
  /** How long the headers may take to come, and every silence within a body. */
  readonly patienceMs?: number;
}

/** A header block of 16 KiB holds a Grafana cookie, a signed identity and a bearer token, with room. */
const HEADER_BYTES = 16 * 1024;
/** What has been silent for a minute is lost. A body as a whole has no such bound: events may be streamed for hours. */
const PATIENCE_MS = 60_000;
const KEEP_ALIVE_MS = 72_000; // above the 60 s of common reverse proxies, so that they close first

/** The frame that every route hangs in: limits, request ids, logs, one shape of errors. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { patienceMs = PATIENCE_MS } = options;
  const refusals = new Refusals(options.countRejection);
  let lastRequest = 0;
  const server: FastifyInstance = fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    bodyLimit: options.bodyBytes,
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { maxHeaderSize: HEADER_BYTES, headersTimeout: patienceMs, connectionsCheckingInterval: patienceMs / 4 },
    routerOptions: { ignoreTrailingSlash: false },
    genReqId: () => `r${(++lastRequest).toString(36)}`,
    clientErrorHandler: (error, socket) => refusals.answerSocket(error, socket),
    frameworkErrors: (error, request, reply) => void refusals.answer(request, reply, error),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  server.server.maxConnections = options.connections;
  server.server.on('drop', () => options.countRejection('overloaded'));
  refusals.install(server);
  bodyParsers(server);
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    endSilence(request.raw, patienceMs);
  });
  closeInOrder(server);
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

function endSilence(request: IncomingMessage, patienceMs: number): void {
  if (!(request.socket instanceof Socket)) return; // injected by a test: there is no network to wait for
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) return;
  request.setTimeout(patienceMs, () =>
    request.destroy(new PanelcastError('timeout', `the body stopped coming for ${patienceMs / 1000} s`)),
  );
  request.once('end', () => request.setTimeout(0)); // the answer has its own bounds
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
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
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
