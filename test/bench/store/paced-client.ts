/** Sends batches at a fixed pace whatever the answers do, so that a server that falls behind is seen to. */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../support/random.ts';
import { storeEvent } from '../store-workload.ts';
import { answerAlone } from '../support/alone.ts';
import type { Figures } from '../support/benchmark.ts';
import { percentile } from '../support/percentile.ts';
import { postEvents } from './intake-client.ts';

export interface PacedClientInput {
  readonly port: number;
  readonly rows: number;
  readonly batch: number;
  readonly batchesPerSecond: number;
  readonly seconds: number;
}

async function run({ batch, batchesPerSecond, port, rows, seconds }: PacedClientInput): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const random = new Random(3);
  const bodies = Array.from({ length: 500 }, (_, i) =>
    JSON.stringify(Array.from({ length: batch }, () => storeEvent(random, random.int(rows), i))),
  );
  const delays: number[] = [];
  const answers: Promise<void>[] = [];
  const started = performance.now();
  const total = batchesPerSecond * seconds;
  for (let i = 0; i < total; i++) {
    const due = started + (i * 1000) / batchesPerSecond;
    if (performance.now() < due) await sleep(due - performance.now());
    // From when it was due: a client that was held up has waited, too.
    const answered = postEvents(agent, port, bodies[i % bodies.length]!).then(() =>
      delays.push(performance.now() - due),
    );
    answers.push(answered.then(() => {}));
  }
  await Promise.all(answers);
  const settled = delays.slice(total / 5);
  return { 'ack p50 ms': percentile(settled, 50), 'ack p99 ms': percentile(settled, 99) };
}

await answerAlone(import.meta.filename, run);
