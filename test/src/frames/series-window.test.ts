import { describe, expect, it } from 'vitest';
import type { Field } from '../../../backend/protocol/messages.ts';
import type { Value } from '../../../backend/protocol/schema.ts';
import { SeriesWindow } from '../../../src/frames/series-window.ts';
import { SeriesStore } from '../../../src/live/series-store.ts';
import { checkHistories } from '../../support/history.ts';
import type { Random } from '../../support/random.ts';

const FIELDS: readonly Field[] = [
  { name: 'site', type: 'text' },
  { name: 'count', type: 'integer' },
  { name: 'worst', type: 'integer' },
];
/** Of three minutes: a step of 250 ms, and moments that are soon too old. */
const RANGE_MS = 180_000;
const STEP_MS = 250;
const START = Date.UTC(2026, 0, 1);
const SITES = ['lon', 'nyc', 'par', 'fra'];

type Row = readonly [site: string, count: Value, worst: Value];
type Step =
  | { readonly kind: 'record'; readonly rows: readonly Row[] }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'show'; readonly knownMs: number }
  /** As Grafana does with the arrays of a frame that it lets go. */
  | { readonly kind: 'empty' }
  /** The notifier tells the whole past anew. */
  | { readonly kind: 'load' };

function generate(random: Random): Step[] {
  const value = (): Value => (random.chance(0.1) ? null : random.int(3));
  return Array.from({ length: 60 }, (): Step => {
    const pick = random.next();
    if (pick < 0.4)
      return {
        kind: 'record',
        rows: SITES.filter(() => random.chance(0.6)).map((site): Row => [site, value(), value()]),
      };
    if (pick < 0.65) return { kind: 'pass', ms: random.chance(0.2) ? random.int(100_000) : random.int(1000) };
    if (pick < 0.96) return { kind: 'show', knownMs: random.chance(0.1) ? -random.int(20_000) : 0 };
    return { kind: pick < 0.98 ? 'empty' : 'load' };
  });
}

function columnsOf(rows: readonly Row[]): Value[][] {
  return FIELDS.map((_, index) => rows.map(row => row[index]!));
}

/** Everything that a panel is told: each line's metrics at each time. */
function told(window: SeriesWindow, store: SeriesStore) {
  return { times: [...window.times], lines: [...store.lines].map(line => [line.label, window.columnsOf(line)]) };
}

/** What each site's metrics were, by a plain search in all that was recorded. */
function held(records: readonly { atMs: number; rows: readonly Row[] }[], site: string, timeMs: number) {
  const last = records.findLast(({ atMs }) => Math.floor(atMs / STEP_MS) * STEP_MS <= timeMs);
  const [, ...metrics] = last?.rows.find(([name]) => name === site) ?? [site, null, null];
  return metrics;
}

function run(steps: readonly Step[]): void {
  let store = new SeriesStore(RANGE_MS);
  let nowMs = START;
  let records: { atMs: number; rows: readonly Row[] }[] = [];
  const window = new SeriesWindow();
  for (const step of steps) {
    if (step.kind === 'pass') nowMs += step.ms;
    if (step.kind === 'record') {
      store.record({ fields: FIELDS, values: columnsOf(step.rows) }, 1, nowMs);
      records.push({ atMs: nowMs, rows: step.rows });
    }
    if (step.kind === 'load') [store, records] = [new SeriesStore(RANGE_MS), []];
    if (step.kind === 'empty')
      for (const array of [window.times, ...[...store.lines].flatMap(line => window.columnsOf(line))]) array.length = 0;
    if (step.kind !== 'show') continue;
    const untilMs = nowMs + step.knownMs;
    window.show(store, untilMs - RANGE_MS, untilMs);
    const afresh = new SeriesWindow();
    afresh.show(store, untilMs - RANGE_MS, untilMs);
    expect(told(window, store)).toEqual(told(afresh, store));
    for (const line of store.lines)
      for (const [i, timeMs] of window.times.entries())
        expect([timeMs, ...window.columnsOf(line).map(column => column[i])]).toEqual([
          timeMs,
          ...held(records, String(line.label[0]), timeMs),
        ]);
  }
}

describe('SeriesWindow', () => {
  it('carries on what a window that is made anew shows, and both show what held at each moment', () => {
    checkHistories({ seed: 20_261_121, count: 200, generate, run });
  });

  it('keeps its arrays, and moves none of what is in them when something is new', () => {
    const store = new SeriesStore(RANGE_MS);
    const window = new SeriesWindow();
    const show = (nowMs: number) => window.show(store, nowMs - RANGE_MS, nowMs);
    store.record({ fields: FIELDS, values: [['lon'], [1], [5]] }, 1, START);
    show(START + 100);
    const [line] = store.lines;
    const [count] = window.columnsOf(line!);
    store.record({ fields: FIELDS, values: [['lon'], [2], [5]] }, 1, START + 10_000);
    show(START + 10_100);
    expect(window.columnsOf(line!)[0]).toBe(count);
    expect(count).toEqual([1, 1, 2, 2]);
    expect(window.times).toEqual([START, START + 9750, START + 10_000, START + 10_100]);
  });
});
