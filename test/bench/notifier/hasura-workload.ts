import { Random } from '../../support/random.ts';
import { storeEvent } from '../store-workload.ts';
import { answerAlone } from '../support/alone.ts';
import type { Figures } from '../support/benchmark.ts';
import { cpuMsOf } from '../support/cpu.ts';
import { spreadOf } from '../support/measure.ts';
import { NotifierStage } from '../support/notifier-stage.ts';

export interface SingleRowsInput {
  /** Rows, each of which changes every second. */
  readonly rows: number;
  /** Whether each has a view of its own; without, only the store works. */
  readonly watched: boolean;
  readonly seconds: number;
}

const PANELS = 100;
const BATCH = 1000;

async function run({ rows, seconds, watched }: SingleRowsInput): Promise<Figures> {
  const stage = new NotifierStage();
  const random = new Random(1);
  const sendAll = (time: number): void => {
    for (let from = 0; from < rows; from += BATCH)
      stage.send(Array.from({ length: Math.min(BATCH, rows - from) }, (_, i) => storeEvent(random, from + i, time)));
  };
  sendAll(0);
  for (let from = 0; watched && from < rows; from += PANELS)
    stage.join(Array.from({ length: PANELS }, (_, i) => ({ filter: `serial = ${from + i + 1}` })));
  stage.pass();
  const spent: number[] = [];
  const own: number[] = [];
  for (let second = -2; second < seconds; second++) {
    const thread = process.threadCpuUsage();
    const cpuMs = await cpuMsOf(() => {
      sendAll(second + 10);
      stage.pass();
    });
    if (watched && stage.frames !== rows) throw new Error(`${stage.frames} frames for ${rows} views`);
    const { system, user } = process.threadCpuUsage(thread);
    if (second < 0) continue;
    spent.push(cpuMs);
    own.push((system + user) / 1000);
  }
  const { bytes } = stage;
  await stage.close();
  return {
    'CPU ms a second': spreadOf(spent).median,
    'of it the thread itself': spreadOf(own).median,
    'MB out a second': bytes / 1e6,
  };
}

await answerAlone(import.meta.filename, run);
