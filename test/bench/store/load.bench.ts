import { join } from 'node:path';
import { runAlone } from '../support/alone.ts';
import type { Benchmark, Contender, Figures } from '../support/benchmark.ts';
import { cpuMsOfTree } from '../support/cpu.ts';
import { besideIdle } from '../support/idle-delay.ts';
import { LiveStage } from '../support/live-stage.ts';
import { sized } from '../support/sizes.ts';
import type { IntakeClientInput } from './intake-client.ts';
import type { PacedClientInput } from './paced-client.ts';
import type { ReaderClientInput } from './reader-client.ts';

const ROWS = sized(100_000, 2000);
const SECONDS = sized(15, 2);
const UPSERTS = sized(300_000, 8000);

function client(name: string, input: unknown): Promise<Figures> {
  return runAlone(join(import.meta.dirname, name), input);
}

async function filled(): Promise<LiveStage> {
  const stage = await LiveStage.start();
  const input: IntakeClientInput = {
    to: 'panelcast',
    port: stage.port,
    rows: ROWS,
    upserts: 'each',
    batch: 1000,
    connections: 2,
  };
  await client('intake-client.ts', input);
  await stage.loopDelayP99Ms();
  return stage;
}

async function paced(batch: number): Promise<Figures> {
  const stage = await filled();
  try {
    const { port } = stage;
    const input: PacedClientInput = { port, rows: ROWS, batch, batchesPerSecond: 20_000 / batch, seconds: SECONDS };
    const before = cpuMsOfTree(stage.served.pid);
    const figures = await client('paced-client.ts', input);
    const cpuMs = cpuMsOfTree(stage.served.pid) - before;
    return { ...figures, 'CPU ms a second': cpuMs / SECONDS, 'loop delay p99 ms': await stage.loopDelayP99Ms() };
  } finally {
    await stage.stop();
  }
}

/** Writes as fast as it is answered, while so many readers do. */
function saturated(readers: number): Contender {
  return {
    name: readers === 0 ? 'no readers' : `${readers} readers flat out`,
    run: () => besideIdle(() => flatOut(readers)),
  };
}

async function flatOut(readers: number): Promise<Figures> {
  const stage = await filled();
  try {
    const { port } = stage;
    const write: IntakeClientInput = {
      to: 'panelcast',
      port,
      rows: ROWS,
      upserts: UPSERTS,
      batch: 1000,
      connections: 4,
    };
    const read: ReaderClientInput = { port, readers, ms: SECONDS * 1000 };
    const [{ 'wall ms': wallMs }, { 'selects a second': selects }] = await Promise.all([
      client('intake-client.ts', write),
      client('reader-client.ts', read),
    ]);
    return {
      'upserts a second': UPSERTS / (wallMs! / 1000),
      'selects a second': selects!,
      'loop delay p99 ms': await stage.loopDelayP99Ms(),
    };
  } finally {
    await stage.stop();
  }
}

export const benchmark: Benchmark = {
  name: 'store/load',
  sentence: `A whole notifier, durable, ${ROWS} rows, senders in other processes on the same machine. Acknowledgements at a fixed pace of 20 000 events a second, counted from when each batch was due; then a writer that is never idle, alone and with readers that ask one SELECT over all rows after the other.`,
  cases: [
    {
      name: 'acknowledgement at 20 000 events a second',
      runs: sized(3, 1),
      rehearsal: false,
      contenders: [
        { name: 'batches of 100', run: () => besideIdle(() => paced(100)) },
        { name: 'batches of 1000', run: () => besideIdle(() => paced(1000)) },
      ],
    },
    {
      name: 'the writer saturated',
      runs: sized(3, 1),
      rehearsal: false,
      contenders: [saturated(0), saturated(2)],
      bars: [{ figure: 'loop delay p99 ms', max: 10 }],
    },
  ],
};
