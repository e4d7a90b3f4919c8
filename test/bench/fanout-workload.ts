/**
 * Fan-out to many viewers over real sockets: what a sweep costs the server, the kernel included, beside a loop of bare
 * `socket.write` of the same bytes to the same sockets, alternated. Viewers are in a process of their own.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { LiveLimits } from '../../backend/gateway/live/limits.ts';
import { LiveGateway } from '../../backend/gateway/live/live-gateway.ts';
import { createServer } from '../../backend/gateway/server.ts';
import { createLog } from '../../backend/lib/log.ts';
import { systemClock } from '../../backend/lib/system-clock.ts';
import type { NotifierLink, OutputBatch, OutputItem, Span, ToNotifier } from '../../backend/notifier/link.ts';
import type { FromClients, ToClients } from './fanout-clients.ts';

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

export interface FanoutResult {
  /** Medians of the server's CPU, µs a viewer and sweep. */
  readonly cpuUs: number;
  readonly bareCpuUs: number;
  /** Median of the ratios of neighbouring sweeps. */
  readonly ratio: number;
  /** From the notifier's output to the last write, median. */
  readonly sweepMs: number;
  readonly loopDelayP99Ms: number;
}

/** Never asks, so that the cost of writing is seen alone. */
const SILENT: Partial<LiveLimits> = { ackMs: Infinity, ackBytes: Infinity };
const QUIET: Partial<LiveLimits> = { pingMs: 2 ** 31, pingsUnanswered: Infinity, socketBytes: Infinity };

export async function measureFanout(shape: FanoutShape): Promise<FanoutResult> {
  await using stage = await Stage.open(shape.viewers, { ...QUIET, ...(shape.answers ? {} : SILENT) });
  const streams = Array.from({ length: shape.frames }, (_, i) => i + 1);
  stage.subscribeAll(streams);
  await sleep(200);
  const bytes = await stage.bytesOf(streams, shape.frameBytes);
  const same = Buffer.alloc(bytes, 0x20);
  const ours: number[] = [];
  const bare: number[] = [];
  const spans: number[] = [];
  for (let round = -2; round < shape.rounds; round++) {
    const distribution: number[] = [];
    const sweep = async (): Promise<void> => {
      const started = performance.now();
      stage.cut(streams, shape.frameBytes);
      await stage.idle();
      distribution.push(performance.now() - started);
    };
    const loop = async (): Promise<void> => {
      for (const socket of stage.sockets) socket.write(same);
      // What a socket has still to do after its write belongs to the write, as it does in a sweep's slices.
      await new Promise(resolve => setImmediate(resolve));
    };
    // Whoever comes second finds warmer caches: they take turns.
    const [first, second] = round % 2 === 0 ? [sweep, loop] : [loop, sweep];
    const costs = [await stage.cpuOf(bytes, first), await stage.cpuOf(bytes, second)];
    if (round < 0) continue;
    ours.push(costs[round % 2 === 0 ? 0 : 1]! / shape.viewers);
    bare.push(costs[round % 2 === 0 ? 1 : 0]! / shape.viewers);
    spans.push(...distribution);
  }
  return {
    cpuUs: median(ours),
    bareCpuUs: median(bare),
    ratio: median(ours.map((own, i) => own / bare[i]!)),
    sweepMs: median(spans),
    loopDelayP99Ms: await stage.loopDelay(streams, shape.frameBytes),
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
  await using stage = await Stage.open(WARM_VIEWERS, QUIET);
  const streams = Array.from({ length: panels }, (_, i) => i + 1);
  stage.subscribeAll(streams);
  stage.cut(streams, 200);
  await stage.idle();
  await sleep(1000);
  const before = memory();
  const started = performance.now();
  await stage.connect(viewers);
  const connectMs = performance.now() - started;
  stage.subscribeAll(streams);
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
  await using stage = await Stage.open(viewers, { pingMs: 2 ** 31, pingsUnanswered: Infinity });
  const streams = [1];
  stage.subscribeAll(streams);
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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** The gateway on a free port, the notifier's side of its link, and the viewers in their process. */
class Stage implements AsyncDisposable {
  readonly #server: FastifyInstance;
  readonly #live: LiveGateway;
  readonly #link: BenchLink;
  readonly #clients: ChildProcess;
  #asOf = 0;

  private constructor(server: FastifyInstance, live: LiveGateway, link: BenchLink) {
    this.#server = server;
    this.#live = live;
    this.#link = link;
    this.#clients = fork(join(import.meta.dirname, 'fanout-clients.ts'), { execArgv: [] });
  }

  static async open(viewers: number, limits: Partial<LiveLimits>): Promise<Stage> {
    const link = new BenchLink();
    const log = createLog({ level: 'silent', pretty: false });
    const live = new LiveGateway({
      link,
      clock: systemClock,
      log,
      limits,
      welcome: () => ({ epoch: 1, intervalMs: 1000 }),
      authenticate: async () => ({ identity: { role: 'viewer' } }),
      countRejection: () => {},
    });
    const server = createServer({ log, bodyBytes: 2 ** 20, connections: 100_000, countRejection: () => {} });
    live.install(server);
    await server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 });
    const stage = new Stage(server, live, link);
    await stage.connect(viewers);
    return stage;
  }

  get sockets() {
    return this.#live.sockets();
  }

  async connect(count: number): Promise<void> {
    const { port } = this.#server.server.address() as AddressInfo;
    await this.#ask({ type: 'connect', port, count }, 'connected');
  }

  subscribeAll(streams: readonly number[]): void {
    this.#link.say(
      this.#link.sessions.splice(0).map(session => ({ type: 'send', session, spans: [], subscribe: streams })),
      [],
    );
  }

  cut(streams: readonly number[], frameBytes: number): void {
    const spans: Span[][] = streams.map((_, i) => [{ from: i * frameBytes, to: (i + 1) * frameBytes }]);
    const facts = { asOf: ++this.#asOf + 1e6, epoch: 1, intervalMs: 1000, throttled: false };
    this.#link.say([{ type: 'cut', facts, streams, spans }], Buffer.alloc(streams.length * frameBytes, 0x78));
  }

  async idle(): Promise<void> {
    while (!this.#live.isIdle) await new Promise(resolve => setImmediate(resolve));
  }

  /** The 99th percentile of what else had to wait, over sweeps one after the other. */
  async loopDelay(streams: readonly number[], frameBytes: number): Promise<number> {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    for (let i = 0; i < 20; i++) {
      this.cut(streams, frameBytes);
      await this.idle();
      await sleep(20);
    }
    delay.disable();
    return delay.percentile(99) / 1e6;
  }

  get stale(): number {
    return this.#live.stats().stale;
  }

  stall(count: number): void {
    this.#clients.send({ type: 'stall', count } satisfies ToClients);
  }

  async sweepMs(streams: readonly number[], frameBytes: number, sweeps: number): Promise<number> {
    const durations: number[] = [];
    for (let i = 0; i < sweeps; i++) {
      const started = performance.now();
      this.cut(streams, frameBytes);
      await this.idle();
      durations.push(performance.now() - started);
      await sleep(100);
    }
    return median(durations);
  }

  /** What one viewer gets of a cut. */
  async bytesOf(streams: readonly number[], frameBytes: number): Promise<number> {
    const before = this.#live.stats();
    this.cut(streams, frameBytes);
    await this.idle();
    const after = this.#live.stats();
    const bytes = (after.bytesSent - before.bytesSent) / (after.deliveries - before.deliveries);
    await this.#ask({ type: 'expect', bytes }, 'reached');
    return bytes;
  }

  /** Microseconds of this process until every viewer has had the bytes. */
  async cpuOf(bytes: number, work: () => Promise<void>): Promise<number> {
    const reached = this.#ask({ type: 'expect', bytes }, 'reached');
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    await reached;
    return user + system;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#clients, 'exit');
    this.#clients.kill();
    await ended;
    await this.#server.close();
  }

  async #ask(message: ToClients, answer: FromClients['type']): Promise<void> {
    const answered = Promise.withResolvers<void>();
    const listen = (said: FromClients): void => {
      if (said.type === answer) answered.resolve();
    };
    const fail = (): void => answered.reject(new Error('the viewers ended'));
    this.#clients.on('message', listen).once('exit', fail);
    this.#clients.send(message);
    await answered.promise;
    this.#clients.off('message', listen).off('exit', fail);
  }
}

class BenchLink implements NotifierLink {
  /** Those who have joined and not been subscribed yet. */
  readonly sessions: number[] = [];
  #receive: (batch: OutputBatch) => void = () => {};

  tell(messages: readonly ToNotifier[]): void {
    for (const message of messages) if (message.type === 'join') this.sessions.push(message.session);
  }

  onOutput(receive: (batch: OutputBatch) => void): void {
    this.#receive = receive;
  }

  say(items: readonly OutputItem[], texts: Uint8Array | readonly []): void {
    this.#receive({ items, texts: Uint8Array.from(texts) });
  }
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
