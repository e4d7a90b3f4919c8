/** Filters that come and go between transitions, checked against asking every filter. */
import type { Row } from '../../../../backend/protocol/schema.ts';
import { compileFilter, type Filter } from '../../../../backend/sql/filter.ts';
import type { Match } from '../../../../backend/views/matcher/match.ts';
import { Matcher } from '../../../../backend/views/matcher/matcher.ts';
import type { Random } from '../../../support/random.ts';
import { HURTING, NOW, randomAtom, randomFilter, randomRow } from '../../sql/random-filters.ts';

export interface Transition {
  readonly kind: 'transition';
  readonly before: Row | undefined;
  readonly after: Row | undefined;
  readonly nowBefore: number;
  readonly nowAfter: number;
}

export type Step =
  | { readonly kind: 'add'; readonly text: string }
  /** The n-th oldest filter, counted round. */
  | { readonly kind: 'remove'; readonly nth: number }
  | Transition;

export function found(matcher: Matcher, { before, after, nowBefore, nowAfter }: Transition): Map<number, Match> {
  const all = new Map<number, Match>();
  matcher.match(before, after, nowBefore, nowAfter, (id, match) => {
    if (all.has(id)) throw new Error(`filter ${id} is visited twice`);
    all.set(id, match);
  });
  return all;
}

function asked(filters: ReadonlyMap<number, Filter>, step: Transition): Map<number, Match> {
  const all = new Map<number, Match>();
  for (const [id, filter] of filters) {
    const now = step.after !== undefined && filter.matches(step.after, step.nowAfter);
    const then = step.before !== undefined && filter.matches(step.before, step.nowBefore);
    if (now || then) all.set(id, ((now ? 1 : 0) | (then ? 2 : 0)) as Match);
  }
  return all;
}

/** One row becomes another in a few columns, is inserted, or is deleted; time passes sometimes. */
export function randomTransition(random: Random): Transition {
  const before = randomRow(random, random.int(5));
  const other = randomRow(random, Number(before[0]));
  const after = before.map((value, i) => (random.chance(0.3) ? other[i]! : value));
  const nowAfter = random.chance(0.5) ? NOW : NOW + random.pick([1, 60_000, 300_000]);
  const end = random.int(6);
  return {
    kind: 'transition',
    before: end === 0 ? undefined : before,
    after: end === 1 ? undefined : after,
    nowBefore: NOW,
    nowAfter,
  };
}

const TEXTS = ['a', 'AB', 'abc', '05', '\u{1f600}', 'lon', 'É', 'z'];
const LITERALS = ['abc', 'bab', 'ab\u{1f600}', 'lon', 'aab', 'abab'];

/** Filters as panels have them: rare values, alone and joined. */
export function pointedFilter(random: Random): string {
  const text = (): string => random.pick(TEXTS);
  const rare = (): string =>
    random.pick([
      () => `t = '${text()}'`,
      () => `u IN ('${text()}', '${text()}')`,
      () => `v LIKE '${text()}%'`,
      () => `t LIKE '%${random.pick(LITERALS)}%'`,
      () => `k = ${random.int(9)}`,
      () => `i BETWEEN ${random.int(6)} AND ${random.int(12)}`,
      () => `u > '${text()}' AND u <= '${text()}'`,
      () => 'i IS NULL',
      () => `r > 5 AND s < ${random.int(3)}`,
    ])();
  return random.pick([
    () => rare(),
    () => `${rare()} AND ${randomAtom(random).ours}`,
    () => `${rare()} OR ${rare()}`,
    () => `${rare()} AND (${rare()} OR ${randomAtom(random).ours}) AND k > ${random.int(5)}`,
    () => `(${rare()} AND ${randomAtom(random).ours}) OR (${rare()} AND ${rare()})`,
  ])();
}

/** A quarter in which filters come, a quarter in which they go, twice. */
export function randomHistory(random: Random, transitions: number, changesMax: number): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < transitions; i++) {
    const growing = Math.floor((4 * i) / transitions) % 2 === 0;
    for (let change = random.int(changesMax); change > 0; change--) {
      const text = random.chance(0.6) ? pointedFilter(random) : randomFilter(random, 2).ours;
      steps.push(growing ? { kind: 'add', text } : { kind: 'remove', nth: random.int(1_000_000) });
    }
    steps.push(randomTransition(random));
  }
  return steps;
}

/** Throws at the first transition that is not told as asking every filter would. Returns what there was to be told. */
export function play(steps: readonly Step[]): { matches: number; sizeMax: number } {
  const matcher = new Matcher();
  const filters = new Map<number, Filter>();
  let matches = 0;
  let sizeMax = 0;
  for (const step of steps) {
    if (step.kind === 'add') {
      const filter = compileFilter(step.text, HURTING);
      filters.set(matcher.add(filter), filter);
    } else if (step.kind === 'remove') {
      const id = [...filters.keys()][step.nth % Math.max(1, filters.size)];
      if (id !== undefined) {
        matcher.remove(id);
        filters.delete(id);
      }
    } else matches += compare(matcher, filters, step);
    sizeMax = Math.max(sizeMax, filters.size);
  }
  return { matches, sizeMax };
}

function compare(matcher: Matcher, filters: ReadonlyMap<number, Filter>, step: Transition): number {
  if (matcher.size !== filters.size) throw new Error(`size ${matcher.size} instead of ${filters.size}`);
  const expected = asked(filters, step);
  const actual = found(matcher, step);
  for (const id of new Set([...expected.keys(), ...actual.keys()])) {
    const [told, true_] = [actual.get(id) ?? 0, expected.get(id) ?? 0];
    if (told !== true_) throw new Error(`${filters.get(id)?.text ?? 'a removed filter'}: ${told} instead of ${true_}`);
  }
  return expected.size;
}
