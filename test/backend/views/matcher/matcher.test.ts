import { describe, expect, it } from 'vitest';
import type { Row } from '../../../../backend/protocol/schema.ts';
import { compileFilter, type Filter } from '../../../../backend/sql/filter.ts';
import { type Match, Matcher } from '../../../../backend/views/matcher/matcher.ts';
import { Random } from '../../../support/random.ts';
import { HURTING, NOW, randomAtom, randomFilter, randomRow } from '../../sql/random-filters.ts';

type Found = Map<number, Match>;

interface Transition {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
  readonly nowBefore: number;
  readonly nowAfter: number;
}

function found(matcher: Matcher, { before, after, nowBefore, nowAfter }: Transition): Found {
  const all: Found = new Map();
  matcher.match(before, after, nowBefore, nowAfter, (id, match) => {
    expect(all.has(id), 'a filter is visited once').toBe(false);
    all.set(id, match);
  });
  return all;
}

/** What a matcher must find: every filter asked about both rows. */
function asked(filters: ReadonlyMap<number, Filter>, { before, after, nowBefore, nowAfter }: Transition): Found {
  const all: Found = new Map();
  for (const [id, filter] of filters) {
    const now = after !== undefined && filter.matches(after, nowAfter);
    const then = before !== undefined && filter.matches(before, nowBefore);
    if (now || then) all.set(id, ((now ? 1 : 0) | (then ? 2 : 0)) as Match);
  }
  return all;
}

function sorted(all: Found): [number, Match][] {
  return [...all].sort(([a], [b]) => a - b);
}

/** One row becomes another in a few columns, is inserted, or is deleted; time passes sometimes. */
function randomTransition(random: Random): Transition {
  const before = randomRow(random, random.int(5));
  const other = randomRow(random, Number(before[0]));
  const after = before.map((value, i) => (random.chance(0.3) ? other[i]! : value));
  const nowAfter = random.chance(0.5) ? NOW : NOW + random.pick([1, 60_000, 300_000]);
  const kind = random.int(6);
  return { before: kind === 0 ? undefined : before, after: kind === 1 ? undefined : after, nowBefore: NOW, nowAfter };
}

/** Filters as panels have them: rare values, alone and joined. */
function pointed(random: Random): string {
  const texts = ['a', 'AB', 'abc', '05', '\u{1f600}', 'lon', 'É', 'z'];
  const rare = random.pick([
    () => `t = '${random.pick(texts)}'`,
    () => `u IN ('${random.pick(texts)}', '${random.pick(texts)}')`,
    () => `v LIKE '${random.pick(texts)}%'`,
    () => `t LIKE '%${random.pick(['abc', 'bab', 'ab\u{1f600}', 'lon', 'aab'])}%'`,
    () => `k = ${random.int(9)}`,
    () => `i BETWEEN ${random.int(6)} AND ${random.int(12)}`,
    () => 'i IS NULL',
    () => `r > 5 AND s < ${random.int(3)}`,
  ]);
  return random.pick([
    () => rare(),
    () => `${rare()} AND ${randomAtom(random).ours}`,
    () => `${rare()} OR ${rare()}`,
    () => `${rare()} AND (${rare()} OR ${randomAtom(random).ours}) AND k > ${random.int(5)}`,
    () => `(${rare()} AND ${randomAtom(random).ours}) OR (${rare()} AND ${rare()})`,
  ])();
}

function history(seed: number, steps: number, grow: number): { matches: number; sizeMax: number } {
  const random = new Random(seed);
  const matcher = new Matcher();
  const filters = new Map<number, Filter>();
  let matches = 0;
  let sizeMax = 0;
  for (let step = 0; step < steps; step++) {
    const shrinking = Math.floor(step / (steps / 4)) % 2 === 1;
    for (let i = 0; i < random.int(grow); i++) {
      if (!shrinking) {
        const text = random.chance(0.6) ? pointed(random) : randomFilter(random, 2).ours;
        const filter = compileFilter(text, HURTING);
        filters.set(matcher.add(filter), filter);
      } else if (filters.size > 0) {
        const id = random.pick([...filters.keys()]);
        matcher.remove(id);
        filters.delete(id);
      }
    }
    const transition = randomTransition(random);
    const expected = asked(filters, transition);
    expect(sorted(found(matcher, transition)), `seed ${seed}, step ${step}`).toEqual(sorted(expected));
    expect(matcher.size).toBe(filters.size);
    matches += expected.size;
    sizeMax = Math.max(sizeMax, filters.size);
  }
  return { matches, sizeMax };
}

describe('a matcher', () => {
  it.each([1, 2, 3, 4, 5, 6])('finds what asking every filter finds, while filters come and go (seed %i)', seed => {
    const { matches, sizeMax } = history(seed, 600, 24);
    expect(sizeMax).toBeGreaterThan(700);
    expect(matches).toBeGreaterThan(5_000);
  });

  it('is empty again once all filters are gone, and gives their ids out again', () => {
    const random = new Random(7);
    const matcher = new Matcher();
    const ids = Array.from({ length: 300 }, () => matcher.add(compileFilter(pointed(random), HURTING)));
    for (let i = 0; i < 200; i++) found(matcher, randomTransition(random));
    for (const id of ids) matcher.remove(id);
    expect(matcher.size).toBe(0);
    for (let i = 0; i < 50; i++) expect(found(matcher, randomTransition(random)).size).toBe(0);
    const again = matcher.add(compileFilter('', HURTING));
    expect(ids).toContain(again);
    expect([...found(matcher, randomTransition(random)).keys()]).toEqual([again]);
  });

  it('can be changed, and asked again, by whoever is told', () => {
    const matcher = new Matcher();
    const row = randomRow(new Random(1), 1);
    const first = matcher.add(compileFilter('', HURTING));
    let inner: number[] = [];
    matcher.match(undefined, row, NOW, NOW, id => {
      matcher.remove(id);
      const second = matcher.add(compileFilter('TRUE', HURTING));
      matcher.match(row, undefined, NOW, NOW, (found, match) => {
        inner = [found, match];
      });
      expect(inner).toEqual([second, 2]);
    });
    expect(inner).toEqual([first, 2]);
  });

  it('refuses to remove what it does not have', () => {
    expect(() => new Matcher().remove(0)).toThrow('filter 0 is in the matcher');
  });
});
