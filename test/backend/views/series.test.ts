import { describe, expect, it } from 'vitest';
import type { Columns, Field } from '../../../backend/protocol/messages.ts';
import type { Value } from '../../../backend/protocol/schema.ts';
import { MetricSeries, SERIES_POINTS_MAX, type SeriesOptions } from '../../../backend/views/series.ts';
import { Random } from '../../support/random.ts';

const COUNT: Field = { name: 'count', type: 'integer' };
const NODE: Field = { name: 'node', type: 'text' };
const SECOND = 1_000;

function single(options: Partial<SeriesOptions> = {}): MetricSeries {
  return new MetricSeries({ fields: [COUNT], stepMs: SECOND, rangeMs: 1_800_000, groupColumns: 0, ...options });
}

function grouped(options: Partial<SeriesOptions> = {}): MetricSeries {
  return new MetricSeries({ fields: [NODE, COUNT], stepMs: SECOND, rangeMs: 60_000, groupColumns: 1, ...options });
}

const count = (n: number | null) => ({ values: [[n]] });
const counts = (groups: Readonly<Record<string, number>>) => ({ values: [Object.keys(groups), Object.values(groups)] });

/** `[second, ...cells]` a row. */
function rowsOf(series: MetricSeries, fromMs = 0): Value[][] {
  const { values } = series.frame(fromMs);
  return values[0]!.map((time, row) => [Number(time) / SECOND, ...values.slice(1).map(column => column[row]!)]);
}

describe('the series of a metric view', () => {
  it('leads with time', () => {
    expect(single().frame(0)).toEqual({
      fields: [{ name: 'time', type: 'integer', format: 'time-ms' }, COUNT],
      values: [[], []],
    });
  });

  it('draws both ends of a run, so that a value which held for long is a level line and then a step', () => {
    const series = single();
    for (let second = 0; second <= 600; second++) series.record(second * SECOND, count(second < 300 ? 7 : 8));
    expect(rowsOf(series)).toEqual([
      [0, 7],
      [299, 7],
      [300, 8],
      [600, 8],
    ]);
    expect(series.points).toBe(2);
  });

  it('carries a value forward while the same frame is recorded', () => {
    const series = single();
    const frame = count(7);
    for (let second = 0; second <= 600; second += 10) series.record(second * SECOND, frame);
    expect(rowsOf(series)).toEqual([
      [0, 7],
      [600, 7],
    ]);
  });

  it('keeps the last value of a step', () => {
    const series = single();
    series.record(10_000, count(1));
    series.record(10_400, count(9));
    series.record(10_900, count(2));
    series.record(11_000, count(3));
    expect(rowsOf(series)).toEqual([
      [10, 2],
      [11, 3],
    ]);
  });

  it('leaves a gap where nobody recorded, even if the value is the same afterwards', () => {
    const series = single({ gapMs: 30_000 });
    const frame = count(7);
    series.record(0, frame);
    series.record(20_000, frame);
    series.record(100_000, frame);
    series.record(110_000, frame);
    expect(rowsOf(series)).toEqual([
      [0, 7],
      [20, 7],
      [21, null],
      [100, 7],
      [110, 7],
    ]);
  });

  it('starts with the value that held at the beginning of what is asked', () => {
    const series = single();
    for (let second = 0; second <= 100; second++) series.record(second * SECOND, count(second < 90 ? 1 : 2));
    expect(rowsOf(series, 49_500)).toEqual([
      [50, 1],
      [89, 1],
      [90, 2],
      [100, 2],
    ]);
    expect(rowsOf(series, 101_000)).toEqual([]);
  });

  it('ends the line of a group that left, and takes it up when it is back', () => {
    const series = grouped();
    const frames: Record<string, number>[] = [{ a: 1, b: 5 }, { a: 1, b: 5 }, { b: 5 }, { b: 5 }, { a: 2, b: 5 }];
    for (const [second, frame] of frames.entries()) series.record(second * SECOND, counts(frame));
    expect(rowsOf(series).filter(row => row[1] === 'a')).toEqual([
      [0, 'a', 1],
      [1, 'a', 1],
      [2, 'a', null],
      [4, 'a', 2],
    ]);
    expect(rowsOf(series).filter(row => row[1] === 'b')).toEqual([
      [0, 'b', 5],
      [4, 'b', 5],
    ]);
  });

  it('lets points go by age, and groups with their last', () => {
    const series = grouped({ rangeMs: 60_000 });
    for (let second = 0; second < 10_000; second++) {
      series.record(second * SECOND, counts({ all: second, [`g${Math.floor(second / 100)}`]: 1 }));
      expect(series.points).toBeLessThan(90);
    }
    expect(rowsOf(series)[0]).toEqual([9_939, 'all', 9_939]);
    expect(new Set(rowsOf(series).map(row => row[1]))).toEqual(new Set(['all', 'g99']));
  });

  it('takes longer steps rather than more points', () => {
    const series = single({ stepMs: SECOND, rangeMs: 3 * SERIES_POINTS_MAX * SECOND - 1 });
    expect(series.stepMs).toBe(3 * SECOND);
    for (let second = 0; second < 20_000; second++) series.record(second * SECOND, count(second));
    expect(series.points).toBeLessThanOrEqual(SERIES_POINTS_MAX * 1.2);
  });

  it('keeps the first groups of a frame that has too many, and gives their room on', () => {
    const series = grouped({ groupsMax: 2 });
    series.record(0, counts({ a: 1, b: 1, c: 1 }));
    series.record(SECOND, counts({ a: 1, c: 1, d: 1 }));
    expect(series.refused).toBe(2);
    expect(rowsOf(series)).toEqual([
      [0, 'a', 1],
      [1, 'a', 1],
      [1, 'c', 1],
    ]);
  });

  it('forgets first the group that has been gone the longest', () => {
    const series = grouped({ groupsMax: 2 });
    const frames: Record<string, number>[] = [{ a: 1, b: 1 }, { b: 1 }, { b: 1, c: 1 }, {}, { d: 1 }];
    for (const [second, frame] of frames.entries()) series.record(second * SECOND, counts(frame));
    expect(new Set(rowsOf(series).map(row => row[1]))).toEqual(new Set(['c', 'd']));
    const other = grouped({ groupsMax: 2 });
    const others: Record<string, number>[] = [{ a: 1, b: 1 }, { a: 2 }, {}, { c: 1 }];
    for (const [second, frame] of others.entries()) other.record(second * SECOND, counts(frame));
    expect(new Set(rowsOf(other).map(row => row[1]))).toEqual(new Set(['a', 'c']));
  });

  it('does not go back when the clock does', () => {
    const series = single();
    series.record(10_000, count(1));
    series.record(5_000, count(2));
    expect(rowsOf(series)).toEqual([[10, 2]]);
  });
});

describe('a series that is widened', () => {
  it('has what there was, in longer steps, and goes on as one that was recorded with them', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const narrow = grouped({ rangeMs: 400_000, gapMs: 30_000, pointsMax: 400 });
      const wide = grouped({ rangeMs: 1_200_000, gapMs: 30_000, pointsMax: 400 });
      const at = random.int(400);
      let widened: MetricSeries | undefined;
      let frame = counts({});
      for (let second = 0; second < 400; second++) {
        if (random.chance(0.3))
          frame = counts({ a: random.int(3), ...(random.chance(0.5) ? { b: random.int(3) } : {}) });
        for (const series of [narrow, wide, widened]) series?.record(second * SECOND, frame);
        if (second === at) widened = narrow.widened(1_200_000);
      }
      expect([widened!.stepMs, widened!.rangeMs]).toEqual([3 * SECOND, 1_200_000]);
      expect(rowsOf(widened!), `seed ${seed}`).toEqual(rowsOf(wide));
    }
  });
});

describe('reading a series', () => {
  /** What a chart shows at a time that joins points by straight lines and breaks at NULL. */
  const chartAt = (rows: Value[][], second: number): Value => {
    const after = rows.findIndex(row => Number(row[0]) >= second);
    if (after < 0) return null;
    const next = rows[after]!;
    if (next[0] === second) return next.at(-1)!;
    const last = rows[after - 1]?.at(-1) ?? null;
    if (last === null || next.at(-1) === null) return null;
    const [from, to] = [Number(rows[after - 1]![0]), Number(next[0])];
    return Number(last) + ((Number(next.at(-1)) - Number(last)) * (second - from)) / (to - from);
  };

  it('gives at every recorded step of a random history what was recorded there, and nothing in the gaps', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const series = grouped({ rangeMs: 1_500_000, gapMs: 5_000 });
      const recorded = new Map<number, Record<string, number>>();
      let frame = counts({});
      let now: Record<string, number> = {};
      for (let second = 1, alive = true; second < 400; second++) {
        if (random.chance(0.02)) alive = !alive;
        if (!alive && recorded.size > 0) {
          second += 6;
          alive = true;
        }
        if (random.chance(0.2)) {
          const group = random.pick(['a', 'b', 'c']);
          const { [group]: _, ...others } = now;
          now = random.chance(0.3) ? others : { ...others, [group]: random.int(4) };
          frame = counts(now);
        }
        series.record(second * SECOND + random.int(SECOND), frame);
        recorded.set(second, now);
      }
      const { values } = series.frame(0) satisfies { values: Columns };
      expect(values[0], `seed ${seed}`).toEqual(values[0]!.toSorted((a, b) => Number(a) - Number(b)));
      for (const group of ['a', 'b', 'c']) {
        const rows = rowsOf(series).filter(row => row[1] === group);
        for (let second = 1; second < 400; second++) {
          expect(chartAt(rows, second), `seed ${seed}, ${group} at ${second}`).toBe(
            recorded.get(second)?.[group] ?? null,
          );
        }
      }
    }
  });
});
