import { describe, expect, it } from 'vitest';
import { Metrics } from '../../../backend/gateway/metrics.ts';
import { reportOf, SelfReport } from '../../../backend/gateway/self-report.ts';
import type { GatewayReport } from '../../../backend/notifier/calls.ts';
import { SimClock } from '../../support/sim-clock.ts';

const LIVE = {
  ...{ viewers: 1, registrations: 2, stale: 0, groups: 1, deliveries: 0, bytesSent: 0, conflations: 0 },
  ...{ backlogBytes: 0, backlogMs: 0, lastDistributionMs: 0, farewells: {} },
};

function facts(metrics = new Metrics()): GatewayReport {
  const live = { stats: () => LIVE, staleViewers: () => [] };
  return reportOf({ live, metrics, version: '1', startedAtMs: 5, others: { demo: () => ({ rate: 3 }) } });
}

describe('what the gateway tells the store thread', () => {
  it('has what was refused, by code, and what else runs in the process', () => {
    const metrics = new Metrics();
    metrics.countRejection('bad-filter');
    metrics.countRejection('bad-filter');
    metrics.countRejection('forbidden');
    expect(facts(metrics)).toMatchObject({
      rejected: { 'bad-filter': 2, forbidden: 1 },
      others: { demo: { rate: 3 } },
      live: { viewers: 1 },
    });
  });

  it('is told once a second while there are viewers, and not without', () => {
    const clock = new SimClock();
    const told: GatewayReport[] = [];
    let viewers = 0;
    const report = new SelfReport({
      clock,
      viewers: () => viewers,
      facts,
      tell: async one => void told.push(one),
    });
    clock.pass(5000);
    expect(told).toHaveLength(0);
    viewers = 2;
    clock.pass(3000);
    expect(told).toHaveLength(3);
    report.stop();
    clock.pass(3000);
    expect(told).toHaveLength(3);
    expect(clock.timers).toBe(0);
  });
});
