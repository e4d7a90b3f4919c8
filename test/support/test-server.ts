import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { createServer, type ServerOptions } from '../../backend/gateway/server.ts';
import { createLog } from '../../backend/lib/log.ts';
import type { ErrorCode } from '../../backend/protocol/errors.ts';

export interface TestServer {
  readonly server: FastifyInstance;
  /** Every refusal that was counted, in order. */
  readonly rejected: ErrorCode[];
}

/** The frame as the notifier makes it, without a log; it ends with the test. */
export function testServer(options: Partial<ServerOptions> = {}): TestServer {
  const rejected: ErrorCode[] = [];
  const server = createServer({
    log: createLog({ level: 'silent', pretty: false }),
    bodyBytes: 1024,
    connections: 100,
    countRejection: code => void rejected.push(code),
    ...options,
  });
  onTestFinished(() => server.close());
  return { server, rejected };
}

/** A bare connection to a listening server: for requests that no HTTP client would send. */
export async function connectTo(server: FastifyInstance): Promise<RawConnection> {
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const connection = new RawConnection(socket);
  await once(socket, 'connect');
  return connection;
}

export class RawConnection {
  readonly socket: Socket;
  /** Everything that came until the other side closed. */
  readonly whole: Promise<string>;
  #received = '';
  #waiting: { readonly text: string; readonly resolve: () => void } | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {}); // a reset is an end like any other here
    socket.on('data', chunk => {
      this.#received += chunk;
      if (this.#waiting !== undefined && this.#received.includes(this.#waiting.text)) this.#waiting.resolve();
    });
    this.whole = new Promise(resolve => socket.on('close', () => resolve(this.#received)));
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Resolves once the text has come. */
  async until(text: string): Promise<void> {
    if (this.#received.includes(text)) return;
    await new Promise<void>(resolve => {
      this.#waiting = { text, resolve };
    });
  }
}
