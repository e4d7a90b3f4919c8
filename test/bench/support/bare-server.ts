/** The least that a fastify process can be: the peer of the notifier's start. */
import { fastify } from 'fastify';

const server = fastify();
server.get('/readyz', async () => ({ status: 'ready' }));
process.stdout.write(`${await server.listen({ host: '127.0.0.1', port: 0 })}\n`);
process.on('SIGTERM', () => void server.close());
