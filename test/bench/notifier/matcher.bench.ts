import {
  filledMatcher,
  type MatcherFigures,
  type MatcherWorkload,
  matcherWorkload,
  runClosures,
  runDiagrams,
  runMatcher,
  type Transition,
} from '../matcher-workload.ts';
import type { Benchmark, Case, Contender, Figures } from '../support/benchmark.ts';
import { networkFor } from '../support/filters.ts';
import { sized } from '../support/sizes.ts';

const TRANSITIONS = sized(20_000, 1000);
/** Evaluating all takes milliseconds a change: fewer of them are enough for as long a measurement. */
const EVALUATIONS = sized(20_000_000, 200_000);

type Way = 'matcher' | 'diagrams' | 'closures';

interface Size {
  readonly filters: number;
  /** Whether the network that the filters speak of has grown with them. */
  readonly grown: boolean;
}

const workloads = new Map<string, MatcherWorkload>();

function workload({ filters, grown }: Size): MatcherWorkload {
  const key = `${filters} ${grown}`;
  let made = workloads.get(key);
  if (made === undefined) {
    made = matcherWorkload(filters, TRANSITIONS, grown ? networkFor(filters) : undefined);
    workloads.set(key, made);
  }
  return made;
}

function contender(way: Way, size: Size, name: string): Contender {
  let filled: ReturnType<typeof filledMatcher> | undefined;
  return {
    name,
    async run() {
      const load = workload(size);
      const { filters, handWritten, transitions } = load;
      if (way === 'matcher') {
        filled ??= filledMatcher(load);
        const { matcher, microsPerAdd } = filled;
        return { ...figures(transitions, some => runMatcher(matcher, some)), 'µs a registration': microsPerAdd };
      }
      const some = transitions.slice(0, Math.max(50, EVALUATIONS / size.filters));
      return figures(some, () => (way === 'diagrams' ? runDiagrams(filters, some) : runClosures(handWritten, some)));
    },
  };
}

/** In CPU time: others may want the machine too. */
function figures(transitions: readonly Transition[], run: (some: readonly Transition[]) => MatcherFigures): Figures {
  const before = process.cpuUsage();
  const { matchesPerTransition } = run(transitions);
  const { system, user } = process.cpuUsage(before);
  const micros = (system + user) / transitions.length;
  return {
    'µs a change': micros,
    'filters that keep it': matchesPerTransition,
    'µs a filter that keeps it': micros / matchesPerTransition,
  };
}

function againstAll(filters: number, min: number | undefined): Case {
  const size = { filters, grown: false };
  const peers = ['compiled, all evaluated', 'written by hand, all evaluated'] as const;
  return {
    name: `${filters} filters`,
    contenders: [
      contender('matcher', size, 'panelcast'),
      contender('diagrams', size, peers[0]),
      contender('closures', size, peers[1]),
    ],
    bars: min === undefined ? [] : peers.map(peer => ({ figure: 'µs a change', peer, max: 1 / min })),
  };
}

function growth(grown: boolean): Case {
  const [small, large] = sized([1000, 100_000], [100, 1000]) as [number, number];
  const times = large / small;
  return {
    name: `from ${small} to ${large} filters, ${grown ? 'the network grown with them' : 'over the same network'}`,
    contenders: [
      contender('matcher', { filters: large, grown }, `${large} filters`),
      contender('matcher', { filters: small, grown }, `${small} filters`),
    ],
    // Over the same network as many more filters keep each change, and each has to be told: that cost is all there is.
    bars: grown
      ? [{ figure: 'µs a change', peer: `${small} filters`, max: times / 2 }]
      : [{ figure: 'µs a filter that keeps it', peer: `${small} filters`, max: 2 }],
  };
}

export const benchmark: Benchmark = {
  name: 'notifier/matcher',
  sentence:
    'One change after the other against many distinct filters (equality, IN, ranges, prefixes, words, AND and OR of them), in one thread: the index, against evaluating all filters, either as compiled here or as functions that a programmer wrote by hand for each.',
  cases: [
    againstAll(sized(1000, 100), undefined),
    againstAll(sized(10_000, 1000), sized(20, 1)),
    growth(false),
    growth(true),
  ],
};
