import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from '../../../backend/protocol/request.ts';
import { Random } from '../../support/random.ts';
import { storeEvent } from '../store-workload.ts';
import type { Bar, Benchmark, Case, Contender, Figures } from '../support/benchmark.ts';
import { LiveStage } from '../support/live-stage.ts';
import { percentile } from '../support/percentile.ts';
import { sized } from '../support/sizes.ts';

const CHANGES = sized(40, 5);
const EVENTS = sized(100_000, 2000);
const BATCH = 1000;
/** Changes before those that count: code is compiled, connections are there. */
const WARM = sized(20, 3);

/** From before the request that changes something to the frame at each viewer. */
function figuresOf(delays: readonly (readonly number[])[]): Figures {
  const all = delays.flat();
  const last = delays.map(each => Math.max(...each));
  return { 'p50 ms': percentile(all, 50), 'p99 ms': percentile(all, 99), 'last viewer p50 ms': percentile(last, 50) };
}

/** What one change was to each viewer, when the notifier was last measured: the bare process writes as much. */
let frameBytes = 500;

async function immediate(viewers: number): Promise<Figures> {
  const stage = await LiveStage.start();
  try {
    await stage.post('/api/events', [storeEvent(new Random(1), 0, 0)]);
    await stage.connect(viewers, WATCHED);
    const before = await stage.sent();
    const figures = await changes(stage);
    const after = await stage.sent();
    frameBytes = Math.round((after.bytes - before.bytes) / (after.writes - before.writes));
    return figures;
  } finally {
    await stage.stop();
  }
}

async function bare(viewers: number): Promise<Figures> {
  const stage = await LiveStage.startBare(frameBytes);
  try {
    await stage.connect(viewers, WATCHED);
    return await changes(stage);
  } finally {
    await stage.stop();
  }
}

const WATCHED: readonly Request[] = [{ filter: "site = 'lon'", mode: 'immediate' }];

async function changes(stage: LiveStage): Promise<Figures> {
  const random = new Random(1);
  await sleep(1000);
  const delays: (readonly number[])[] = [];
  for (let i = -WARM; i < CHANGES; i++) {
    const summary = `change ${i} of the bench`;
    const told = await stage.delays(summary, () =>
      stage.post('/api/events', { ...storeEvent(random, 0, i + WARM), summary }),
    );
    if (i >= 0) delays.push(told);
    await sleep(50);
  }
  return figuresOf(delays);
}

/** What a service's page shows of one filter and around it. */
const PANELS: readonly Request[] = [
  { filter: 'severity >= 4', orderBy: [{ column: 'last_occurrence', desc: true }], limit: 100 },
  { filter: 'severity >= 4', metrics: [{ fn: 'count' }] },
  { filter: 'severity >= 4', metrics: [{ fn: 'count' }], groupBy: ['site'] },
  { metrics: [{ fn: 'count' }], groupBy: ['severity'] },
  { filter: 'acknowledged = 0', metrics: [{ fn: 'count' }], groupBy: ['service'] },
  { filter: 'acknowledged = 1', metrics: [{ fn: 'count' }, { fn: 'max', column: 'state_change' }] },
  { filter: "owner = 'the bench'", columns: ['node', 'owner', 'summary'] },
  { metrics: [{ fn: 'avg', column: 'tally' }], groupBy: ['owner_group'] },
];
const DASHBOARD: readonly Request[] = PANELS.map(request => ({ ...request, intervalMs: 10_000 }));

async function flush(viewers: number): Promise<Figures> {
  const stage = await LiveStage.start();
  try {
    const random = new Random(1);
    for (let from = 0; from < EVENTS; from += BATCH)
      await stage.post(
        '/api/events',
        Array.from({ length: BATCH }, (_, i) => storeEvent(random, from + i, 0)),
      );
    await stage.connect(viewers, DASHBOARD);
    await sleep(2000);
    const delays: (readonly number[])[] = [];
    for (let i = -2; i < CHANGES / 2; i++) {
      const owner = `operator ${i}`;
      const told = await stage.delays(owner, async () => {
        const sql = "UPDATE events SET acknowledged = 1, owner = 'the bench', summary = ? WHERE serial = ?";
        const { seq } = await stage.post<{ seq: number }>('/api/sql', { sql, params: [owner, random.int(EVENTS) + 1] });
        await stage.post('/api/flush', { minSeq: seq });
      });
      if (i >= 0) delays.push(told);
      await sleep(100);
    }
    return figuresOf(delays);
  } finally {
    await stage.stop();
  }
}

function latency(name: string, run: () => Promise<Figures>, { bars = [], peers = [] }: Partial<Beside>): Case {
  return { name, runs: sized(3, 1), rehearsal: false, contenders: [{ name: 'panelcast', run }, ...peers], bars };
}

interface Beside {
  readonly bars: readonly Bar[];
  readonly peers: readonly Contender[];
}

const [few, many] = sized([1000, 10_000], [50, 100]) as [number, number];

export const benchmark: Benchmark = {
  name: 'notifier/latency',
  sentence:
    'A whole notifier in its own process, durable store, viewers in another. From before the HTTP request that changes one event to the frame at each viewer: all viewers of all changes together, and the last viewer of each. “Bare writes” is what the machine can do at best: a process that, when the same is posted, syncs it to a file and writes as many bytes to each viewer’s socket in a loop. The acknowledgement is an UPDATE and a flush: eight linked panels, metrics and rows, come in one cut, far before their interval of 10 s.',
  cases: [
    ...[100, few, many].map(viewers =>
      latency(`one change to ${viewers} viewers, mode immediate`, () => immediate(viewers), {
        bars: viewers === few ? [{ figure: 'p99 ms', max: 10 }] : [],
        peers: [{ name: 'bare writes', run: () => bare(viewers) }],
      }),
    ),
    latency(`an acknowledgement to all panels of ${few} viewers, ${EVENTS} events`, () => flush(few), {
      bars: [{ figure: 'p99 ms', max: 250 }],
    }),
  ],
};
