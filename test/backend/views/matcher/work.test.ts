import { describe, expect, it } from 'vitest';
import type { Row } from '../../../../backend/protocol/schema.ts';
import { Matcher } from '../../../../backend/views/matcher/matcher.ts';
import { type MatcherWorkload, matcherWorkload } from '../../../bench/matcher-workload.ts';
import { networkFor } from '../../../bench/support/filters.ts';

const NOW = 1_700_003_600_000;

/** How often values of rows are read: what deciding costs, whatever the machine. */
class ReadCounter {
  reads = 0;

  watch(row: Row | undefined): Row | undefined {
    return row && new Proxy(row, { get: (target, name) => this.#read(target, name) });
  }

  #read(row: Row, name: string | symbol): unknown {
    if (typeof name === 'string' && /^\d/.test(name)) this.reads++;
    return Reflect.get(row, name);
  }
}

function readsByMatcher({ filters, transitions }: MatcherWorkload): number {
  const counter = new ReadCounter();
  const matcher = new Matcher(rowsOf(transitions));
  for (const filter of filters) matcher.add(filter);
  for (const { before, after } of transitions)
    matcher.match(counter.watch(before), counter.watch(after), NOW, NOW, () => {});
  return counter.reads / transitions.length;
}

function rowsOf(transitions: MatcherWorkload['transitions']): Row[] {
  return transitions.map(({ before, after }) => after ?? before).filter(row => row !== undefined);
}

function readsByAsking({ filters, transitions }: MatcherWorkload): number {
  const counter = new ReadCounter();
  for (const { before, after } of transitions)
    for (const row of [counter.watch(before), counter.watch(after)])
      for (const filter of filters) if (row !== undefined) filter.matches(row, NOW);
  return counter.reads / transitions.length;
}

describe('the work of a matcher', () => {
  it('is a small part of asking every filter', () => {
    const workload = matcherWorkload(2_000, 100);
    expect(20 * readsByMatcher(workload)).toBeLessThan(readsByAsking(workload));
  });

  it('grows less than the number of filters', () => {
    const [few, many] = [500, 4_000].map(filters => readsByMatcher(matcherWorkload(filters, 100, networkFor(filters))));
    expect(many).toBeLessThan(3 * few!);
  });
});
