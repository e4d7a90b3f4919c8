import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../../../backend/sql/filter.ts';
import { Matcher } from '../../../../backend/views/matcher/matcher.ts';
import { checkHistories } from '../../../support/history.ts';
import { Random } from '../../../support/random.ts';
import { HURTING, NOW, randomRow } from '../../sql/random-filters.ts';
import { found, play, pointedFilter, randomHistory, randomTransition, type Step } from './history.ts';

describe('a matcher', () => {
  it('finds what asking every filter finds, while filters come and go', { timeout: 60_000 }, () => {
    let [matches, sizeMax] = [0, 0];
    const run = (steps: readonly Step[]): void => {
      const played = play(steps);
      matches += played.matches;
      sizeMax = Math.max(sizeMax, played.sizeMax);
    };
    checkHistories({ seed: 1, count: 4, generate: random => randomHistory(random, 200, 36), run });
    expect(sizeMax).toBeGreaterThan(600);
    expect(matches).toBeGreaterThan(40_000);
  });

  it('is empty again once all filters are gone, and gives their ids out again', () => {
    const random = new Random(7);
    const matcher = new Matcher();
    const ids = Array.from({ length: 300 }, () => matcher.add(compileFilter(pointedFilter(random), HURTING)));
    for (let i = 0; i < 200; i++) found(matcher, randomTransition(random));
    for (const id of ids) matcher.remove(id);
    expect(matcher.size).toBe(0);
    for (let i = 0; i < 50; i++) expect(found(matcher, randomTransition(random)).size).toBe(0);
    const again = matcher.add(compileFilter('', HURTING));
    expect(ids).toContain(again);
    const [kept] = found(matcher, randomTransition(random));
    expect(kept?.[0]).toBe(again);
  });

  it('can be changed, and asked again, by whoever is told', () => {
    const matcher = new Matcher();
    const row = randomRow(new Random(1), 1);
    const first = matcher.add(compileFilter('', HURTING));
    const told: [number, number][] = [];
    matcher.match(undefined, row, NOW, NOW, (id, match) => {
      told.push([id, match]);
      matcher.remove(id);
      matcher.add(compileFilter('TRUE', HURTING));
      matcher.match(row, undefined, NOW, NOW, (inner, innerMatch) => told.push([inner, innerMatch]));
    });
    expect(told).toEqual([
      [first, 1],
      [first, 2],
    ]);
  });

  it('refuses to remove what it does not have', () => {
    expect(() => new Matcher().remove(0)).toThrow('filter 0 is in the matcher');
  });
});
