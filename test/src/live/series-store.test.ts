import { describe, expect, it } from 'vitest';
import type { Field } from '../../../backend/protocol/messages.ts';
import { SeriesStore } from '../../../src/live/series-store.ts';
import { Random } from '../../support/random.ts';

const TIME: Field = { name: 'time', type: 'integer', format: 'time-ms' };
const SITE: Field = { name: 'site', type: 'text' };
const COUNT: Field = { name: 'count', type: 'integer' };
const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

function points(store: SeriesStore, line = 0): (readonly [number, unknown])[] {
  const { metrics } = [...store.lines][line]!;
  return store.times.map((time, i) => [time, metrics[0]![i]]);
}

function total(count: number | null) {
  return { fields: [COUNT], values: [[count]] };
}

describe('SeriesStore', () => {
  it('carries the retained past on with what arrives', () => {
    const store = new SeriesStore(HOUR);
    const past = [
      [START - 20_000, START - 10_000],
      [4, 5],
    ];
    store.load({ fields: [TIME, COUNT], values: past }, 0, START - 9000);
    store.record(total(7), 0, START);
    expect(points(store).at(-1)![1]).toBe(7);
    expect(points(store).map(([, value]) => value)).toEqual([4, 5, 5, 7]);
  });

  it('draws steps, not ramps: the old value holds up to the step before the change', () => {
    const store = new SeriesStore(HOUR);
    store.record(total(1), 0, START);
    store.record(total(2), 0, START + 60_000);
    const [first, held, changed] = points(store);
    expect([first![1], held![1], changed![1]]).toEqual([1, 1, 2]);
    expect(changed![0] - held![0]).toBeLessThanOrEqual(2000);
  });

  it('keeps nothing for a value that stays', () => {
    const store = new SeriesStore(HOUR);
    for (let i = 0; i < 1000; i++) store.record(total(1), 0, START + i * 1000);
    expect(points(store)).toHaveLength(1);
  });

  it('has a line a group, and leaves a gap where a group is empty', () => {
    const store = new SeriesStore(HOUR);
    const fields = [SITE, COUNT];
    store.record(
      {
        fields,
        values: [
          ['lon', 'nyc'],
          [1, 2],
        ],
      },
      1,
      START,
    );
    store.record({ fields, values: [['nyc'], [3]] }, 1, START + 10_000);
    expect([...store.lines].map(line => line.label)).toEqual([['lon'], ['nyc']]);
    expect(points(store, 0).at(-1)![1]).toBe(null);
    expect(points(store, 1).at(-1)![1]).toBe(3);
  });

  it('goes by the notifier’s clock where the page’s is wrong', () => {
    const store = new SeriesStore(HOUR);
    const ahead = 15 * 60_000;
    store.load({ fields: [TIME, COUNT], values: [[START], [1]] }, 0, START + ahead);
    store.record(total(2), 0, START + ahead + 5000);
    expect(points(store).at(-1)![0]).toBeLessThanOrEqual(START + 5000);
    expect(points(store).at(-1)![0]).toBeGreaterThan(START);
  });

  it('stays bounded however long it runs and however many groups come and go', () => {
    const random = new Random(3);
    const store = new SeriesStore(HOUR);
    const fields = [SITE, COUNT];
    for (let i = 0; i < 20_000; i++) {
      const sites = Array.from({ length: 3 }, (_, n) => `site ${n + Math.floor(i / 5000) * 60}`);
      const counts = sites.map(() => random.int(100));
      store.record({ fields, values: [sites, counts] }, 1, START + i * 1000);
    }
    const lines = [...store.lines];
    expect(lines.length).toBeLessThanOrEqual(100);
    expect(store.times.length).toBeLessThan(5000);
    expect(store.times).toEqual([...store.times].sort((a, b) => a - b));
    for (const { metrics } of lines) expect(metrics[0]).toHaveLength(store.times.length);
  });
});
