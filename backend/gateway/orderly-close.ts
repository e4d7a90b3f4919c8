import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** For those that become idle later: their head promised to keep the connection, or their body was refused unread. */
const SWEEP_MS = 50;

/**
 * While the server closes, every connection ends as soon as it has nothing more to wait for: one that is being answered
 * with its answer, one that was opened ahead of need and never used at once. Kept alive, or not counted as idle by
 * Node, a single one of them would hold the stop to its deadline.
 */
export function closeInOrder(server: FastifyInstance): void {
  const unused = new Set<Socket>();
  let closing = false;

  function forget(this: Socket): void {
    unused.delete(this);
  }

  server.server.on('connection', socket => {
    unused.add(socket);
    socket.once('close', forget);
  });
  server.addHook('onRequest', async ({ raw: { socket } }) => {
    if (unused.delete(socket)) socket.off('close', forget);
  });
  server.addHook('preClose', async () => {
    closing = true;
    for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
    const sweep = setInterval(() => server.server.closeIdleConnections(), SWEEP_MS).unref();
    server.server.once('close', () => clearInterval(sweep));
  });
  server.addHook('onSend', async (_request, reply) => {
    if (closing) void reply.header('connection', 'close');
  });
}
