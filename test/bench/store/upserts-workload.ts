import { Random } from '../../support/random.ts';
import { runStoreWorkload, type StoreLevel, storeEvent } from '../store-workload.ts';
import { answerAlone } from '../support/alone.ts';
import type { Figures } from '../support/benchmark.ts';
import { cpuMsOf } from '../support/cpu.ts';

export interface UpsertsInput {
  readonly level: StoreLevel | 'map';
  readonly where: 'memory' | 'file';
  readonly rows: number;
  readonly upserts: number;
  readonly batch: number;
}

async function run({ level, ...rest }: UpsertsInput): Promise<Figures> {
  if (level === 'map') return inMap(rest);
  const figures = await runStoreWorkload({ level, ...rest, seed: 1 });
  return {
    'CPU µs an upsert': figures.cpuMicrosPerUpsert,
    'upserts a CPU-second': figures.upsertsPerCpuSecond,
    ...(figures.logBytesPerChange === undefined ? {} : { 'log B a change': figures.logBytesPerChange }),
  };
}

/** The least that keeping the newest of each can cost. */
async function inMap({ rows, upserts }: Omit<UpsertsInput, 'level'>): Promise<Figures> {
  const random = new Random(1);
  const map = new Map<string, object & { tally: number }>();
  const put = (event: ReturnType<typeof storeEvent>): void => {
    const id = event.identifier as string;
    const known = map.get(id);
    map.set(id, { ...known, ...event, tally: (known?.tally ?? 0) + 1 });
  };
  for (let row = 0; row < rows; row++) put(storeEvent(random, row, 0));
  const events = Array.from({ length: upserts }, (_, i) => storeEvent(random, random.int(rows), i));
  const cpuMs = await cpuMsOf(() => events.forEach(put));
  return { 'CPU µs an upsert': (cpuMs * 1000) / upserts, 'upserts a CPU-second': upserts / (cpuMs / 1000) };
}

await answerAlone(import.meta.filename, run);
