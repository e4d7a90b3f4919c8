/**
 * Fan-out to many viewers over real sockets: what a sweep costs the server, the kernel included, beside a loop of bare
 * `socket.write` of the same bytes to the same sockets, alternated. Viewers are in a process of their own.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveLimits } from '../../backend/gateway/live/limits.ts';
import { FanoutStage, type LoopFigures, median } from './fanout-stage.ts';

export interface FanoutShape {
  readonly viewers: number;
  /** Frames in a sweep, one a stream, and the bytes of each. */
  readonly frames: number;
  readonly frameBytes: number;
  /** Pairs of sweeps: one of ours, one bare. */
  readonly rounds: number;
  /** Whether cuts ask for answers as they do in operation. */
  readonly answers: boolean;
}

export interface FanoutResult extends LoopFigures {
  /** Medians of the server's CPU, µs a viewer and sweep. */
  readonly cpuUs: number;
  readonly bareCpuUs: number;
  /** Median of the ratios of neighbouring sweeps. */
  readonly ratio: number;
}

/** Never asks, so that the cost of writing is seen alone. */
const SILENT: Partial<LiveLimits> = { ackMs: 2 ** 30, ackBytes: 2 ** 30 };
const QUIET: Partial<LiveLimits> = { pingMs: 2 ** 31, pingsUnanswered: Infinity, socketBytes: Infinity };

/** A notifier that has run for a minute has its code compiled, for a cut as for a write: so have both here. */
const WARM = { viewers: 20, sweeps: 500 };

export async function measureFanout(shape: FanoutShape): Promise<FanoutResult> {
  await using stage = await FanoutStage.open(WARM.viewers, { ...QUIET, ...(shape.answers ? {} : SILENT) });
  const streams = Array.from({ length: shape.frames }, (_, i) => i + 1);
  await stage.subscribeAll(streams);
  const bytes = stage.bytesOf(streams, shape.frameBytes);
  const same = Buffer.alloc(bytes, 0x20);
  const sweep = async (): Promise<void> => {
    stage.cut(streams, shape.frameBytes);
    await stage.idle();
  };
  const loop = async (): Promise<void> => {
    for (const socket of stage.sockets) socket.write(same);
    // What a socket has still to do after its write belongs to the write, as it does in a sweep's slices.
    await new Promise(resolve => setImmediate(resolve));
  };
  for (let i = 0; i < WARM.sweeps; i++) for (const work of [sweep, loop]) await stage.cpuOf(bytes, work);
  await stage.connect(shape.viewers - WARM.viewers);
  await stage.subscribeAll(streams);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = -2; round < shape.rounds; round++) {
    // Whoever comes second finds warmer caches: they take turns.
    const [first, second] = round % 2 === 0 ? [sweep, loop] : [loop, sweep];
    const costs = [await stage.cpuOf(bytes, first), await stage.cpuOf(bytes, second)];
    if (round < 0) continue;
    ours.push(costs[round % 2 === 0 ? 0 : 1]! / shape.viewers);
    bare.push(costs[round % 2 === 0 ? 1 : 0]! / shape.viewers);
  }
  return {
    cpuUs: median(ours),
    bareCpuUs: median(bare),
    ratio: median(ours.map((own, i) => own / bare[i]!)),
    ...(await stage.loopWhile(sweep)),
  };
}

const WARM_VIEWERS = 2000;

export interface IdleMemory {
  readonly rssKbPerViewer: number;
  readonly heapKbPerViewer: number;
  readonly connectMs: number;
}

/** Viewers that have greeted and subscribed to the streams of one dashboard, and then do nothing. */
export async function measureIdleMemory(viewers: number, panels: number): Promise<IdleMemory> {
  // The heap's own growth comes first: what is measured is what further viewers add.
  await using stage = await FanoutStage.open(WARM_VIEWERS, QUIET);
  const streams = Array.from({ length: panels }, (_, i) => i + 1);
  await stage.subscribeAll(streams);
  stage.cut(streams, 200);
  await stage.idle();
  await sleep(1000);
  const before = memory();
  const started = performance.now();
  await stage.connect(viewers);
  const connectMs = performance.now() - started;
  await stage.subscribeAll(streams);
  stage.cut(streams, 200);
  await stage.idle();
  await sleep(1000);
  const after = memory();
  return {
    rssKbPerViewer: (after.rss - before.rss) / viewers / 1024,
    heapKbPerViewer: (after.heap - before.heap) / viewers / 1024,
    connectMs,
  };
}

export interface StalledResult {
  readonly stalled: number;
  /** Kernel memory of all TCP sockets of the machine and this process's own, more than before. */
  readonly kernelMb: number;
  readonly rssMb: number;
  /** Median of a sweep to everybody: before any viewer stalled, and after. */
  readonly sweepMsBefore: number;
  readonly sweepMsAfter: number;
}

/** Some of the viewers stop reading while sweeps of 40 kB go on, ten a second. */
export async function measureStalled(viewers: number, stalled: number): Promise<StalledResult> {
  await using stage = await FanoutStage.open(viewers, { pingMs: 2 ** 31, pingsUnanswered: Infinity });
  const streams = [1];
  await stage.subscribeAll(streams);
  const sweepMsBefore = await stage.sweepMs(streams, 40_000, 30);
  const [rss, kernel] = [memory().rss, kernelBytes()];
  stage.stall(stalled);
  const sweepMsAfter = await stage.sweepMs(streams, 40_000, 100);
  return {
    stalled: stage.stale,
    kernelMb: (kernelBytes() - kernel) / 1e6,
    rssMb: (memory().rss - rss) / 1e6,
    sweepMsBefore,
    sweepMsAfter,
  };
}

/** What Linux holds for TCP, in pages of 4 KiB. */
function kernelBytes(): number {
  return Number(/^TCP:.* mem (\d+)/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1] ?? 0) * 4096;
}

function memory(): { rss: number; heap: number } {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heap: heapUsed };
}

if (process.argv[1] === import.meta.filename) {
  const viewers = Number(process.argv[2] ?? 1000);
  for (const [frames, frameBytes] of [
    [1, 200],
    [1, 2000],
    [1, 40_000],
    [10, 200],
  ] as const) {
    for (const answers of [false, true]) {
      const result = await measureFanout({ viewers, frames, frameBytes, rounds: 15, answers });
      console.log(`${frames} × ${frameBytes} B, ${viewers} viewers${answers ? ', answering' : ''}`, result);
    }
  }
  console.log('idle', await measureIdleMemory(2000, 20));
  console.log('stalled', await measureStalled(viewers, viewers / 5));
}
