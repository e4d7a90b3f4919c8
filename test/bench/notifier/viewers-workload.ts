import { Random } from '../../support/random.ts';
import { storeEvent } from '../store-workload.ts';
import { answerAlone } from '../support/alone.ts';
import type { Figures } from '../support/benchmark.ts';
import { cpuMsOf } from '../support/cpu.ts';
import { NotifierStage } from '../support/notifier-stage.ts';

export interface ViewersInput {
  readonly viewers: number;
  readonly changes: number;
}

/** The same question, as ten people would type it. */
const SPELLINGS = [
  "severity >= 3 AND site = 'lon'",
  "site = 'lon' AND severity >= 3",
  "SITE='lon' and SEVERITY>=3",
  "(severity > 2) AND (site = 'lon')",
  "NOT (severity < 3 OR site <> 'lon')",
  "site IN ('lon') AND severity IN (3, 4, 5) OR site = 'lon' AND severity > 5",
  "site = 'lon' AND severity >= 3 AND severity >= 1",
  "'lon' = site AND 3 <= severity",
  "site = 'lon' AND NOT severity <= 2",
  "site = 'lon' AND severity >= 3 OR site = 'lon' AND severity >= 4",
];
const COLUMNS = ['serial', 'node', 'severity', 'summary', 'tally', 'last_occurrence'];
const ROWS = 1000;

/** One change, one cut, again and again: what each costs from its statement to its encoded frame. */
async function run({ changes, viewers }: ViewersInput): Promise<Figures> {
  const stage = new NotifierStage();
  const random = new Random(1);
  const event = (row: number, time: number) => ({ ...storeEvent(random, row * 4, time), severity: 3 + random.int(3) });
  stage.send(Array.from({ length: ROWS }, (_, row) => event(row, 0)));
  for (let i = 0; i < viewers; i++) {
    const columns = i % 2 === 0 ? COLUMNS : COLUMNS.toReversed();
    stage.join([{ filter: SPELLINGS[i % SPELLINGS.length]!, columns }]);
  }
  stage.pass();
  const turn = (count: number): void => {
    for (let i = 0; i < count; i++) {
      stage.send([event(random.int(ROWS), i)]);
      stage.pass();
      if (stage.frames !== 1) throw new Error(`${stage.frames} frames for one change of one view`);
    }
  };
  turn(changes / 2);
  globalThis.gc?.();
  const cpuMs = await cpuMsOf(() => turn(changes));
  const { encodings } = stage.notifier.counters;
  await stage.close();
  return { 'µs a change': (cpuMs * 1000) / changes, 'encodings a change': Math.round(encodings / (changes * 1.5)) };
}

await answerAlone(import.meta.filename, run);
