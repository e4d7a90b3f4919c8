import { join } from 'node:path';
import { runAlone } from '../support/alone.ts';
import type { Benchmark, Contender } from '../support/benchmark.ts';
import { sized } from '../support/sizes.ts';
import type { ViewersInput } from './viewers-workload.ts';

const CHANGES = sized(10_000, 1000);

function contender(viewers: number): Contender {
  return {
    name: nameOf(viewers),
    run: () =>
      runAlone(join(import.meta.dirname, 'viewers-workload.ts'), { viewers, changes: CHANGES } satisfies ViewersInput),
  };
}

function nameOf(viewers: number): string {
  return `${viewers} viewer${viewers === 1 ? '' : 's'}`;
}

export const benchmark: Benchmark = {
  name: 'notifier/viewers',
  sentence:
    'What one change costs, from its statement to its encoded frame, when 1 to 10 000 viewers ask for the same in ten spellings and two column orders: CPU of the thread that stores, evaluates and encodes. The bytes then go to the sockets: see `notifier/fanout`.',
  cases: [
    {
      name: 'identical viewers',
      runs: sized(7, 3),
      rehearsal: false,
      contenders: [contender(10_000), contender(1000), contender(50), contender(1)],
      bars: [1, 50, 1000].map(viewers => ({ figure: 'µs a change', peer: nameOf(viewers), max: 1.1 })),
    },
  ],
};
