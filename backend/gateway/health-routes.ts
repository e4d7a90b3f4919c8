import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

export interface Health {
  /** Why the notifier cannot serve now, or undefined when it can. */
  notReady(): string | undefined;
  readonly metrics: Registry;
}

/** Liveness, readiness and the numbers: what an orchestrator and Prometheus ask for, without identity. */
export function healthRoutes(server: FastifyInstance, health: Health): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const reason = health.notReady();
    if (reason === undefined) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', reason });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(health.metrics.contentType).send(await health.metrics.metrics()),
  );
}
