import type { FastifyInstance } from 'fastify';
import type { NotifierCalls } from '../notifier/calls.ts';
import type { LiveGateway } from './live/live-gateway.ts';

export interface StatusFacts {
  readonly calls: NotifierCalls;
  readonly live: LiveGateway;
  readonly version: string;
  readonly startedAtMs: number;
  /** Whatever else runs in this process and has something to say, by name. */
  readonly others: Readonly<Record<string, () => unknown>>;
}

/** `GET /api/status`: everything that the console shows, as facts. */
export function statusRoutes(server: FastifyInstance, facts: StatusFacts): void {
  server.get('/api/status', async () => statusOf(facts));
}

export async function statusOf({ calls, live, others, startedAtMs, version }: StatusFacts) {
  const status = await calls.status();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    version,
    startedAtMs,
    ...status,
    viewers: live.stats(),
    process: { rssBytes: rss, heapBytes: heapUsed },
    ...Object.fromEntries(Object.entries(others).map(([name, say]) => [name, say()])),
  };
}
