import { expect, it } from 'vitest';
import { Metrics } from '../../../backend/gateway/metrics.ts';
import type { LiveStats, NotifierCounts } from '../../../backend/notifier/calls.ts';

const HISTOGRAM = { bounds: [1], counts: [2, 1], count: 3, sum: 4 };
const COUNTS: NotifierCounts = {
  ...{ registrations: 6, views: 5, filterSets: 4, streams: 3, encodings: 700, intervalMs: 1000, throttled: false },
  ...{ seq: 900, epoch: 1, logBytes: 10, sweepSeconds: HISTOGRAM, changeToSendSeconds: HISTOGRAM },
  savings: [{ source: 'events', asked: 50, made: 20, avoided: 30, queries: 2 }],
  changes: { events: 800 },
  refusals: { 'bad-filter': 1 },
  spools: [{ client: 'noc', bytes: 9, fault: undefined }] as unknown as NotifierCounts['spools'],
};
const LIVE: LiveStats = {
  ...{ viewers: 1, registrations: 2, stale: 0, groups: 1, deliveries: 8, bytesSent: 9, conflations: 0 },
  ...{ backlogBytes: 0, backlogMs: 0, lastDistributionMs: 0, farewells: {} },
};

function own(text: string): string[] {
  return text.split('\n').filter(line => line.startsWith('panelcast_'));
}

it('metrics are whole for each of several that scrape at once, however slowly the store answers', async () => {
  const metrics = new Metrics();
  const waiting: (() => void)[] = [];
  const counts = async (): Promise<NotifierCounts> => {
    await new Promise<void>(resolve => waiting.push(resolve));
    return COUNTS;
  };
  metrics.follow({ counts, live: () => LIVE });
  const scrapes = [metrics.registry.metrics(), metrics.registry.metrics()];
  await Promise.resolve();
  for (const resolve of waiting.splice(0)) resolve();
  scrapes.push(metrics.registry.metrics());
  let done = false;
  const texts = Promise.all(scrapes).finally(() => {
    done = true;
  });
  while (!done) {
    for (const resolve of waiting.splice(0)) resolve();
    await new Promise(resolve => setImmediate(resolve));
  }
  const [first, ...others] = (await texts).map(own);
  expect(first).toContain('panelcast_encodings_total 700');
  expect(first).toContain('panelcast_changes_total{table="events"} 800');
  for (const other of others) expect(other).toEqual(first);
});
