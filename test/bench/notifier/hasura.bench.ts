import { join } from 'node:path';
import { runAlone } from '../support/alone.ts';
import type { Benchmark, Case, Contender } from '../support/benchmark.ts';
import { sized } from '../support/sizes.ts';
import type { SingleRowsInput } from './hasura-workload.ts';

const SECONDS = sized(9, 3);

function contender(rows: number, watched: boolean): Contender {
  return {
    name: watched ? 'panelcast' : 'the store alone, nobody watching',
    run: () =>
      runAlone(join(import.meta.dirname, 'hasura-workload.ts'), {
        rows,
        watched,
        seconds: SECONDS,
      } satisfies SingleRowsInput),
  };
}

function exercise(rows: number): Case {
  return {
    name: `${rows} views of one row each, each changing every second`,
    runs: sized(3, 1),
    rehearsal: false,
    contenders: [contender(rows, true), contender(rows, false)],
    // One core is one second of CPU a second.
    bars: [{ figure: 'CPU ms a second', max: 1000 }],
  };
}

export const benchmark: Benchmark = {
  name: 'notifier/hasura',
  sentence:
    'Hasura’s published exercise (5 000 distinct live queries at 60 % of one vCPU): distinct views of a single row with all its columns, each changed every second by a repeated event of 22 fields. CPU of the one thread that takes the events in, stores and logs them, evaluates the views and encodes their frames; the rest is V8’s threads that collect its garbage beside it.',
  cases: sized([5000, 20_000, 50_000], [500, 2000]).map(exercise),
};
