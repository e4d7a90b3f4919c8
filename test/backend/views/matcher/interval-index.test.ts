import { expect, it } from 'vitest';
import type { Cut } from '../../../../backend/sql/domain.ts';
import { compareCuts } from '../../../../backend/sql/domain.ts';
import { type Interval, IntervalIndex } from '../../../../backend/views/matcher/interval-index.ts';
import { Random } from '../../../support/random.ts';

const TEXTS = ['', 'a', 'ab', 'abc', 'b', '\ud7ff', '\ue000', '\uffff', '\u{1f600}', '\u{1f600}a', '\u{10ffff}'];

it.each([
  ['numbers', (random: Random): Cut => random.int(60)],
  ['texts', (random: Random): Cut => random.pick(TEXTS)],
])('finds every interval around a value, of %s, while intervals come and go', (_of, randomCut) => {
  const random = new Random(31);
  const index = new IntervalIndex<number>();
  const live = new Map<number, { low: Cut | undefined; high: Cut | undefined; interval: Interval<number> }>();
  for (let step = 0; step < 2_000; step++) {
    const end = (): Cut | undefined => (random.chance(0.1) ? undefined : randomCut(random));
    const [low, high] = [end(), end()];
    const shrinking = step % 500 > 300;
    if (!shrinking) {
      const interval = { low, high, bucket: step };
      index.add(interval);
      live.set(step, { low, high, interval });
    } else if (live.size > 0) {
      const key = random.pick([...live.keys()]);
      index.delete(live.get(key)!.interval);
      live.delete(key);
    }
    const value = randomCut(random);
    const found: number[] = [];
    index.find(value, found);
    const around = [...live].filter(
      ([, each]) =>
        (each.low === undefined || compareCuts(each.low, value) <= 0) &&
        (each.high === undefined || compareCuts(value, each.high) < 0),
    );
    expect(found.sort((a, b) => a - b)).toEqual(around.map(([key]) => key).sort((a, b) => a - b));
  }
});
