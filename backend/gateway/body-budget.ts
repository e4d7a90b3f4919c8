import type { FastifyInstance } from 'fastify';
import { PanelcastError } from '../lib/panelcast-error.ts';

/** Bodies that are being received or stored. Some seconds of the store's work; with it the process stays below 1 GB. */
const BYTES_MAX = 128 * 2 ** 20;
/** Of a body without a length, or one that is streamed: a step that is being filled, and one that is being stored. */
const STREAM_BYTES = 2 * 2 ** 20;

/**
 * Refuses a body before it is read when too much is under way: memory must not grow with what cannot be stored as fast
 * as it comes. Whoever comes when nothing is under way is always let in.
 */
export function bodyBudget(server: FastifyInstance): void {
  let bytes = 0;
  server.addHook('onRequest', async (request, reply) => {
    const length = request.headers['content-length'];
    const wanted = length === undefined ? STREAM_BYTES : Math.min(Number(length), BYTES_MAX);
    if (bytes > 0 && bytes + wanted > BYTES_MAX) {
      const waiting = `${Math.round(bytes / 2 ** 20)} MiB of events are on their way into the store already`;
      throw new PanelcastError('overloaded', `${waiting}; send it again later`, { retryAfterMs: 1000 });
    }
    bytes += wanted;
    reply.raw.once('close', () => {
      bytes -= wanted;
    });
  });
}
