import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';

export interface Recorded {
  readonly path: string;
  readonly body: unknown;
  readonly bytes: number;
  readonly headers: FastifyRequest['headers'];
}

type Answer = (request: Recorded, reply: FastifyReply) => unknown;

/** A real HTTP server that answers as the test says and remembers what it was asked. */
export class TestNotifier implements AsyncDisposable {
  readonly requests: Recorded[] = [];
  readonly #server = Fastify({ bodyLimit: 2 ** 22, forceCloseConnections: true });
  url = '';

  static async start(answer: Answer): Promise<TestNotifier> {
    const notifier = new TestNotifier();
    const server = notifier.#server;
    const handle = (request: FastifyRequest, reply: FastifyReply) => {
      const { url: path, body, headers } = request;
      const recorded = { path, body, bytes: Number(headers['content-length'] ?? 0), headers };
      notifier.requests.push(recorded);
      return answer(recorded, reply);
    };
    server.get('/api/schema', handle);
    server.post('/api/sql', handle);
    server.post('/api/events', handle);
    notifier.url = await server.listen({ host: '127.0.0.1', port: 0 });
    return notifier;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }
}
