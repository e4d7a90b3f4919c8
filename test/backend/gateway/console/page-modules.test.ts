import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The page's modules are plain JavaScript for browsers; those without a document are tested here. */
async function load<T>(name: string): Promise<T> {
  return (await import(join(import.meta.dirname, '../../../../backend/gateway/console/page', name))) as T;
}

interface Rates {
  record(nowMs: number, counters: ReadonlyMap<string, number>): void;
  of(name: string): number | undefined;
}
interface LiveTables {
  rows(id: string): Record<string, unknown>[];
  take(message: Record<string, unknown>): void;
}

const { Rates } = await load<{ Rates: new () => Rates }>('rates.js');
const { LiveTables } = await load<{ LiveTables: new (onCut: () => void) => LiveTables }>('live-tables.js');
const format = await load<Record<string, (value?: number) => string>>('format.js');

describe('the console’s rates', () => {
  it('are what a counter grew by, over the last ten seconds', () => {
    const rates = new Rates();
    for (let second = 0; second <= 30; second++) {
      const value = second <= 20 ? second * 5 : 100 + (second - 20) * 50;
      rates.record(second * 1000, new Map([['a', value]]));
    }
    expect(rates.of('a')).toBe(50);
  });

  it('are not known from one sample, nor of what is no longer counted', () => {
    const rates = new Rates();
    rates.record(0, new Map([['a', 5]]));
    expect(rates.of('a')).toBeUndefined();
    rates.record(1000, new Map());
    expect(rates.of('a')).toBeUndefined();
  });

  it('take what comes later to have been zero before, so that the first fault is seen at once', () => {
    const rates = new Rates();
    rates.record(0, new Map());
    rates.record(1000, new Map([['fault', 3]]));
    expect(rates.of('fault')).toBe(3);
  });

  it('start anew when a counter falls: the notifier was started again', () => {
    const rates = new Rates();
    rates.record(0, new Map([['a', 1000]]));
    rates.record(1000, new Map([['a', 2]]));
    expect(rates.of('a')).toBeUndefined();
    rates.record(2000, new Map([['a', 6]]));
    expect(rates.of('a')).toBe(4);
  });
});

describe('the console’s tables', () => {
  const fields = [
    { name: 'id', type: 'integer', key: true },
    { name: 'what', type: 'text' },
  ];
  const opened = { type: 'opened', id: 'things', view: 'v1', fields };
  const snap = {
    type: 'snap',
    view: 'v1',
    fields,
    values: [
      [1, 2],
      ['a', 'b'],
    ],
  };

  it('change at a cut, and only there', () => {
    let cuts = 0;
    const tables = new LiveTables(() => cuts++);
    for (const message of [{ type: 'welcome', session: '1' }, opened, snap]) tables.take(message);
    expect([tables.rows('things'), cuts]).toEqual([[], 0]);
    tables.take({ type: 'cut', asOf: 3 });
    expect(cuts).toBe(1);
    expect(tables.rows('things')).toEqual([
      { id: 1, what: 'a' },
      { id: 2, what: 'b' },
    ]);
    tables.take({
      type: 'delta',
      view: 'v1',
      upsert: [
        [2, 3],
        ['B', 'c'],
      ],
      remove: [1],
    });
    expect(tables.rows('things')).toHaveLength(2);
    expect(tables.rows('things')[0]).toEqual({ id: 1, what: 'a' });
    tables.take({ type: 'cut', asOf: 4 });
    expect(tables.rows('things')).toEqual([
      { id: 2, what: 'B' },
      { id: 3, what: 'c' },
    ]);
  });

  it('are replaced as a whole by a snapshot and by a metric', () => {
    const tables = new LiveTables(() => {});
    for (const message of [opened, snap, { ...snap, values: [[9], ['z']] }, { type: 'cut', asOf: 1 }])
      tables.take(message);
    expect(tables.rows('things')).toEqual([{ id: 9, what: 'z' }]);
    const metric = { type: 'metric', view: 'v2', fields: [{ name: 'count' }], values: [[7]] };
    tables.take({ ...opened, id: 'count', view: 'v2', fields: metric.fields });
    for (const message of [metric, { type: 'cut', asOf: 1 }]) tables.take(message);
    expect(tables.rows('count')).toEqual([{ count: 7 }]);
  });

  it('begin empty with a new connection', () => {
    const tables = new LiveTables(() => {});
    for (const message of [opened, snap, { type: 'cut', asOf: 1 }, { type: 'welcome', session: '2' }])
      tables.take(message);
    expect(tables.rows('things')).toEqual([]);
  });
});

describe('the console’s numbers', () => {
  it.each([
    ['count', 99_999, '99,999'],
    ['count', 1_234_567, '1.2M'],
    ['count', undefined, '–'],
    ['rate', 0, '0'],
    ['rate', 0.04, '0.04'],
    ['rate', 3.21, '3.2'],
    ['rate', 321.4, '321'],
    ['bytes', 0, '0 B'],
    ['bytes', 999, '999 B'],
    ['bytes', 1234, '1.2 kB'],
    ['bytes', 220_400_000, '220 MB'],
    ['millis', 0.0804, '80 µs'],
    ['millis', 4.26, '4.3 ms'],
    ['millis', 999, '999 ms'],
    ['millis', 1000, '1 s'],
    ['millis', 2343.75, '2.3 s'],
    ['duration', 59_999, '59 s'],
    ['duration', 3 * 3_600_000 + 12 * 60_000, '3 h 12 min'],
    ['duration', 50 * 3_600_000, '2 days'],
    ['percent', 0.98, '98 %'],
    ['percent', 0.99987, '99.9 %'],
    ['percent', 1, '100 %'],
  ])('%s(%d) reads %s', (name, value, text) => {
    expect(format[name]!(value)).toBe(text);
  });
});
