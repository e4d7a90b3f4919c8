import { describe, expect, it } from 'vitest';
import { healthRoutes } from '../../../backend/gateway/health-routes.ts';
import { Metrics } from '../../../backend/gateway/metrics.ts';
import { ERROR_KINDS } from '../../../backend/protocol/errors.ts';
import { testServer } from '../../support/test-server.ts';

function healthServer() {
  const { server } = testServer();
  const metrics = new Metrics();
  const state: { reason: string | undefined } = { reason: undefined };
  healthRoutes(server, { metrics: metrics.registry, notReady: () => state.reason });
  return { server, metrics, state };
}

describe('health', () => {
  it('is alive whatever it is ready for', async () => {
    const { server, state } = healthServer();
    state.reason = 'stopping';
    const answer = await server.inject('/healthz');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('is ready until there is a reason why not, and then tells it', async () => {
    const { server, state } = healthServer();
    expect((await server.inject('/readyz')).json()).toEqual({ status: 'ready' });
    state.reason = 'the store is opening';
    const answer = await server.inject('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: 'not ready', reason: 'the store is opening' });
  });

  it('shows Prometheus the process, its event loop, and every code of refusal from zero on', async () => {
    const { server, metrics } = healthServer();
    metrics.countRejection('bad-filter');
    const answer = await server.inject('/metrics');
    expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(answer.body).toContain('process_resident_memory_bytes ');
    expect(answer.body).toContain('nodejs_eventloop_lag_p99_seconds ');
    expect(answer.body).toContain('panelcast_rejected_total{code="bad-filter"} 1');
    for (const code of Object.keys(ERROR_KINDS))
      expect(answer.body).toContain(`panelcast_rejected_total{code="${code}"}`);
  });
});
