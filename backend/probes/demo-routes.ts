import type { FastifyInstance } from 'fastify';
import { requireRole } from '../gateway/roles.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { DemoProbe } from './demo/demo-probe.ts';

/** The console's buttons for the simulated network. */
export function demoRoutes(server: FastifyInstance, demo: DemoProbe): void {
  server.post('/api/demo/storm', { preHandler: requireRole('operator') }, async () => {
    const router = demo.storm();
    if (router === undefined)
      throw new PanelcastError('conflict', 'every router of the simulated network is down already');
    return { router };
  });
  server.post('/api/demo/rate', { preHandler: requireRole('operator') }, async request => {
    const { rate } = (request.body ?? {}) as { rate?: unknown };
    if (typeof rate !== 'number')
      throw new PanelcastError('bad-request', 'body.rate must be a number of events per second');
    demo.setRate(rate);
    return demo.status();
  });
}
