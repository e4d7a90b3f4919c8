import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from '../../../backend/protocol/request.ts';
import { Random } from '../../support/random.ts';
import { storeEvent } from '../store-workload.ts';
import type { Bar, Benchmark, Case, Figures } from '../support/benchmark.ts';
import { LiveStage } from '../support/live-stage.ts';
import { percentile } from '../support/percentile.ts';
import { sized } from '../support/sizes.ts';

const VIEWERS = sized(10_000, 300);
/** The first ones make the heap grow to its working size: what is measured is what more viewers add. */
const FIRST = VIEWERS / 10;
const DASHBOARDS = 10;
const PANELS = 20;
const IDLE_MS = sized(15_000, 1000);
const EVENTS = 2000;

/** Panel by panel what a site's page shows; ten sites, of which some panels are the same. */
function dashboard(number: number): Request[] {
  return Array.from({ length: PANELS }, (_, panel) => {
    const filter = panel < 5 ? `severity >= ${panel}` : `severity >= 4 AND class = ${number * PANELS + panel}`;
    if (panel % 4 === 0) return { filter, columns: ['node', 'severity', 'summary', 'last_occurrence'], limit: 20 };
    return panel % 4 === 1 ? { filter } : { filter, metrics: [{ fn: 'count' }], groupBy: ['site'] };
  });
}

async function filled(): Promise<LiveStage> {
  const stage = await LiveStage.start();
  const random = new Random(1);
  await stage.post(
    '/api/events',
    Array.from({ length: EVENTS }, (_, i) => storeEvent(random, i, 0)),
  );
  return stage;
}

async function idle(): Promise<Figures> {
  const stage = await filled();
  try {
    const join = async (viewers: number): Promise<void> => {
      for (let i = 0; i < DASHBOARDS; i++) await stage.connect(viewers / DASHBOARDS, dashboard(i));
      await sleep(IDLE_MS);
    };
    await join(FIRST);
    const before = stage.served.residentMB().own;
    await join(VIEWERS - FIRST);
    const after = stage.served.residentMB().own;
    return { 'kB a viewer': ((after - before) * 1024) / (VIEWERS - FIRST), 'RSS MB': after };
  } finally {
    await stage.stop();
  }
}

const STALLED = VIEWERS / 10;
const ROWS = 100;
const ROUNDS = sized(30, 6);
const ROUND_MS = sized(1000, 200);

/** Everybody gets 40 kB every second; a tenth stops to read. */
async function stalled(): Promise<Figures> {
  const stage = await filled();
  try {
    const random = new Random(2);
    let change = 0;
    const rounds = async (count: number, skip: number): Promise<number[]> => {
      const all: number[] = [];
      for (let i = 0; i < count; i++) {
        const summary = `change ${++change} of the bench`;
        const events = Array.from({ length: ROWS }, (_, row) => ({ ...storeEvent(random, row, change), summary }));
        all.push(...(await stage.delays(summary, () => stage.post('/api/events', events), skip)));
        await sleep(ROUND_MS);
      }
      return all;
    };
    await stage.connect(VIEWERS, [{ filter: `serial <= ${ROWS}`, mode: 'immediate' }]);
    const before = await rounds(ROUNDS / 3, STALLED);
    const [rss, kernel] = [stage.served.residentMB().own, kernelMB()];
    await stage.stall(STALLED);
    const during = await rounds(ROUNDS, STALLED);
    return {
      'user kB a stalled viewer': ((stage.served.residentMB().own - rss) * 1024) / STALLED,
      'kernel kB a stalled viewer': ((kernelMB() - kernel) * 1024) / STALLED,
      'p99 ms of the others before': percentile(before, 99),
      'p99 ms of the others': percentile(during, 99),
    };
  } finally {
    await stage.stop();
  }
}

const ARRIVING = sized(5000, 200);

async function arrival(): Promise<Figures> {
  const stage = await filled();
  try {
    await stage.connect(1, dashboard(0));
    await sleep(1000);
    const before = stage.served.residentMB().own;
    const ms = await stage.connect(ARRIVING, dashboard(0), ARRIVING);
    return { 'ms until all have all panels': ms, 'MB grown': stage.served.residentMB().own - before };
  } finally {
    await stage.stop();
  }
}

/** What the kernel holds for all sockets of TCP, in pages of 4 KiB. */
function kernelMB(): number {
  return Number(/^TCP:.* mem (\d+)$/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))![1]) / 256;
}

function memory(name: string, runs: number, run: () => Promise<Figures>, bars: readonly Bar[] = []): Case {
  return { name, runs, rehearsal: false, contenders: [{ name: 'panelcast', run }], bars };
}

export const benchmark: Benchmark = {
  name: 'notifier/memory',
  sentence: `A whole notifier in its own process, viewers in another. Idle: what each of ${VIEWERS} viewers adds to the process, all its threads together, with ${PANELS} panels open of ${DASHBOARDS} shared dashboards. Stalled: ${STALLED} of ${VIEWERS} stop to read while everybody gets 40 kB every second, ${(ROUNDS * 40) / 1000} MB each.`,
  cases: [
    memory(`${VIEWERS} idle viewers of ${PANELS} panels`, sized(3, 1), idle, [{ figure: 'kB a viewer', max: 10 }]),
    memory(`${STALLED} of ${VIEWERS} stalled`, 1, stalled, [
      { figure: 'user kB a stalled viewer', max: 256 },
      { figure: 'kernel kB a stalled viewer', max: 512 },
    ]),
    memory(`${ARRIVING} viewers connect at once`, sized(3, 1), arrival),
  ],
};
