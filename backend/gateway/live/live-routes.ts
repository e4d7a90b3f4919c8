import fastifyWebsocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { type ClientMessage, PROTOCOL } from '../../protocol/messages.ts';
import { LINES } from '../body-parsers.ts';
import type { Grant } from '../grant.ts';
import { Fields } from './fields.ts';
import type { Inbox } from './inbox.ts';
import type { LiveLimits } from './limits.ts';
import type { Session } from './session.ts';
import { bodyMessages, queryMessages } from './stream-messages.ts';
import { LineWire, WebSocketWire, type Wire } from './wire.ts';

/** What the routes need of the gateway. */
export interface LiveHouse {
  readonly clock: Clock;
  readonly limits: LiveLimits;
  readonly inbox: Inbox;
  readonly isStopping: boolean;
  enter(wire: Wire, grant: Grant): Session;
  leave(session: Session): void;
  stop(): Promise<void>;
}

type Authenticate = (request: FastifyRequest) => Promise<Grant>;

/** `GET /api/live`, and for clients that cannot have a WebSocket the same sessions over `/api/stream`. */
export function liveRoutes(server: FastifyInstance, house: LiveHouse, authenticate: Authenticate): void {
  const grants = new WeakMap<FastifyRequest, Grant>();
  const admit = async (request: FastifyRequest): Promise<void> => {
    if (house.isStopping) throw new PanelcastError('stopping', 'the notifier is stopping; connect again shortly');
    grants.set(request, await authenticate(request));
  };
  void server.register(fastifyWebsocket, webSocketOptions(house));
  void server.register(async scope => {
    const upgradeChecks = [refuseOtherProtocols, admit];
    scope.get(
      '/api/live',
      { websocket: true, exposeHeadRoute: false, preValidation: upgradeChecks },
      (webSocket, request) => serveWebSocket(house, webSocket, request, grants.get(request)!),
    );
    scope.get('/api/stream', { exposeHeadRoute: false, preValidation: admit }, async (request, reply) => {
      const messages = queryMessages(request.query as Readonly<Record<string, unknown>>);
      await ownConnection(reply, house.clock);
      return serveLines(house, reply, grants.get(request)!, messages);
    });
    scope.register(async posted => {
      posted.addContentTypeParser(LINES, { parseAs: 'string' }, (_request, body, done) => done(null, body));
      posted.post('/api/stream', { preValidation: admit, bodyLimit: STREAM_BODY_BYTES }, async (request, reply) => {
        const messages = bodyMessages(request.body);
        await ownConnection(reply, house.clock);
        return serveLines(house, reply, grants.get(request)!, messages);
      });
    });
  });
}

/** The opens of a page of hundreds of panels. */
const STREAM_BODY_BYTES = 2 ** 20;

function webSocketOptions(house: LiveHouse): fastifyWebsocket.WebsocketPluginOptions {
  const options = {
    maxPayload: house.limits.messageBytes,
    // Compression per socket costs 230 kB and 76 to 290 µs a message; why not once for all: see framing.ts.
    perMessageDeflate: false,
    // The sessions are the list of clients.
    clientTracking: false,
    closeTimeout: house.limits.closeMs,
    handleProtocols: () => PROTOCOL,
  };
  return {
    options,
    // The plugin's own preClose says that it is done before a single client has gone.
    async preClose(this: FastifyInstance) {
      await house.stop();
      this.websocketServer.close();
    },
  };
}

/** A client that offers no subprotocol is taken at the word of its `hello`; one that offers only others is refused. */
async function refuseOtherProtocols(request: FastifyRequest): Promise<void> {
  if (!request.ws)
    throw new PanelcastError('bad-request', '/api/live takes a WebSocket upgrade; /api/stream has the same as lines');
  Fields.of(request.query, 'query', []);
  const offered = request.headers['sec-websocket-protocol'];
  if (offered === undefined || offered.split(',').some(name => name.trim() === PROTOCOL)) return;
  throw new PanelcastError('bad-request', `the subprotocol must be ${PROTOCOL}, not ${offered.slice(0, 100)}`);
}

/** Closures made here live as long as the viewer: none may hold the request, which the plugin's own listener does. */
function serveWebSocket(house: LiveHouse, webSocket: WebSocket, { socket }: FastifyRequest, grant: Grant): void {
  const session = house.enter(new WebSocketWire(webSocket, socket), grant);
  webSocket.removeAllListeners('error');
  webSocket.on('error', ignoreWireError);
  webSocket.on('message', (data: Buffer, isBinary: boolean) =>
    house.inbox.receive(session, isBinary ? undefined : data.toString()),
  );
  webSocket.on('close', () => house.leave(session));
}

/** A torn or broken connection: `close` follows, and there is nobody left to tell. */
function ignoreWireError(): void {}

/** What an ordinary answer takes to be written, by far. */
const OTHER_REQUEST_MS = 1000;

const LINE_HEADERS = {
  'content-type': 'application/x-ndjson; charset=utf-8',
  'cache-control': 'no-store',
  // Reverse proxies hold back what they take for a slow page.
  'x-accel-buffering': 'no',
  connection: 'close',
} as const;

/**
 * A request behind another on the same connection has no socket before that one has ended. A client that has read an
 * answer to its end may ask before this side has noticed that it was written; behind another stream it would wait for ever.
 */
function ownConnection({ raw }: FastifyReply, clock: Clock): Promise<void> | undefined {
  if (raw.socket !== null) return undefined;
  return new Promise((resolve, reject) => {
    const timer = clock.after(OTHER_REQUEST_MS, () => {
      const message = 'a stream needs a connection of its own; this one serves another request';
      reject(new PanelcastError('bad-request', message));
    });
    raw.once('socket', () => {
      timer.cancel();
      resolve();
    });
  });
}

function serveLines(
  house: LiveHouse,
  reply: FastifyReply,
  grant: Grant,
  messages: readonly ClientMessage[],
): FastifyReply {
  reply.hijack();
  const response = reply.raw;
  response.removeHeader('transfer-encoding');
  response.writeHead(200, { ...LINE_HEADERS, 'x-request-id': reply.request.id });
  response.flushHeaders();
  const socket = reply.request.socket;
  socket.setNoDelay();
  const session = house.enter(new LineWire(response, socket), grant);
  socket.once('close', () => house.leave(session));
  for (const message of messages) house.inbox.accept(session, message);
  return reply;
}
