import type { Row } from '../../backend/protocol/schema.ts';
import { compileFilter, type Filter } from '../../backend/sql/filter.ts';
import { Matcher } from '../../backend/views/matcher/matcher.ts';
import { Random } from '../support/random.ts';
import {
  type BenchFilter,
  EVENTS,
  NETWORK,
  type Network,
  randomBenchFilter,
  randomEvent,
  randomTransition,
} from './support/filters.ts';

/**
 * One change after the other against many filters, which three contenders decide.
 * matcher: the index. diagrams: every filter's diagram asked about both rows. closures: the same with a function that is
 * written by hand for each filter, which is what a server without an index would do at best.
 */
export interface Transition {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

export interface MatcherWorkload {
  readonly filters: readonly Filter[];
  readonly handWritten: readonly BenchFilter[];
  readonly transitions: readonly Transition[];
}

export interface MatcherFigures {
  readonly microsPerTransition: number;
  /** Filters that keep the old row, the new one or both, per transition: the work that cannot be saved. */
  readonly matchesPerTransition: number;
}

const NOW = 1_700_003_600_000;

/** Distinct filters, as the view table has them: each of another canonical form. */
export function matcherWorkload(
  filters: number,
  transitions: number,
  network: Network = NETWORK,
  seed = 1,
): MatcherWorkload {
  const random = new Random(seed);
  const byForm = new Map<string, [Filter, BenchFilter]>();
  while (byForm.size < filters) {
    const written = randomBenchFilter(random, network);
    const filter = compileFilter(written.text, EVENTS);
    byForm.set(filter.canonical, [filter, written]);
  }
  const pairs = [...byForm.values()];
  return {
    filters: pairs.map(([filter]) => filter),
    handWritten: pairs.map(([, written]) => written),
    transitions: Array.from({ length: transitions }, (_, i) =>
      randomTransition(random, randomEvent(random, i, network)),
    ),
  };
}

/** Registers every filter after some changes have been seen, as on a running server. Returns µs a filter as well. */
export function filledMatcher({ filters, transitions }: MatcherWorkload): { matcher: Matcher; microsPerAdd: number } {
  const matcher = new Matcher();
  for (const { before, after } of transitions.slice(0, 2_000)) matcher.match(before, after, NOW, NOW, () => {});
  const started = performance.now();
  for (const filter of filters) matcher.add(filter);
  return { matcher, microsPerAdd: ((performance.now() - started) * 1_000) / filters.length };
}

export function runMatcher(matcher: Matcher, transitions: readonly Transition[]): MatcherFigures {
  let matches = 0;
  const count = (): void => {
    matches++;
  };
  return timed(
    transitions,
    ({ before, after }) => matcher.match(before, after, NOW, NOW, count),
    () => matches,
  );
}

export function runDiagrams(filters: readonly Filter[], transitions: readonly Transition[]): MatcherFigures {
  return runAll(
    filters.map(filter => row => filter.matches(row, NOW)),
    transitions,
  );
}

export function runClosures(filters: readonly BenchFilter[], transitions: readonly Transition[]): MatcherFigures {
  return runAll(
    filters.map(({ keeps }) => keeps),
    transitions,
  );
}

function runAll(filters: readonly ((row: Row) => boolean)[], transitions: readonly Transition[]): MatcherFigures {
  let matches = 0;
  const each = ({ before, after }: Transition): void => {
    for (const keeps of filters) {
      const now = after !== undefined && keeps(after);
      const then = before !== undefined && keeps(before);
      if (now || then) matches++;
    }
  };
  return timed(transitions, each, () => matches);
}

function timed(
  transitions: readonly Transition[],
  each: (transition: Transition) => void,
  matches: () => number,
): MatcherFigures {
  const started = performance.now();
  for (const transition of transitions) each(transition);
  const micros = (performance.now() - started) * 1_000;
  return { microsPerTransition: micros / transitions.length, matchesPerTransition: matches() / transitions.length };
}
