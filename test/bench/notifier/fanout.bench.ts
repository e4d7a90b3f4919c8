import { join } from 'node:path';
import type { BrokerName } from '../peers/broker-dialects.ts';
import { brokerFanout } from '../peers/broker-fanout.ts';
import { runAlone } from '../support/alone.ts';
import type { Benchmark, Case, Contender } from '../support/benchmark.ts';
import { besideIdle } from '../support/idle-delay.ts';
import { sized } from '../support/sizes.ts';
import type { OwnShape } from './fanout-own.ts';

const BROKERS: readonly BrokerName[] = ['redis-server', 'nats-server', 'mosquitto'];

function own(shape: OwnShape): Contender {
  return {
    name: 'panelcast',
    run: () => besideIdle(() => runAlone(join(import.meta.dirname, 'fanout-own.ts'), shape)),
  };
}

function sweep(viewers: number, frames: number, frameBytes: number): Case {
  const shape = { viewers, frames, frameBytes };
  return {
    name: `${viewers} viewers, ${frames} frame${frames === 1 ? '' : 's'} of ${frameBytes} B`,
    // Within a run of ours many sweeps alternate; ten thousand viewers take minutes.
    runs: viewers < 10_000 ? 3 : 1,
    rehearsal: false,
    contenders: [
      own({ ...shape, rounds: sized(viewers < 10_000 ? 45 : 15, 4) }),
      ...BROKERS.map(name => ({ name, run: () => brokerFanout(name, shape) })),
    ],
    bars: [
      { figure: 'by a bare write', max: 1.1 },
      { figure: 'loop delay p99 ms', max: 10 },
      ...BROKERS.map(peer => ({ figure: 'server µs a viewer', peer, max: 1 })),
    ],
  };
}

export const benchmark: Benchmark = {
  name: 'notifier/fanout',
  sentence:
    'One sweep to every viewer over real sockets: CPU of the server, the kernel’s share included, per viewer and sweep. “By a bare write” is the ratio to a loop of bare socket.write of the same bytes to the same sockets, alternated sweep by sweep. “With answers”, and everything else: cuts ask as they do in operation, after 128 KiB or five seconds, and reading the answers is counted, too. The brokers publish the same frames to channels that every viewer has subscribed to; viewers are always in a process of their own.',
  cases: sized([1000, 10_000], [200]).flatMap(viewers =>
    [
      [1, 200],
      [1, 2000],
      [1, 40_000],
      [10, 200],
    ].map(([frames, frameBytes]) => sweep(viewers, frames!, frameBytes!)),
  ),
};
