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
import { CutMessage } from '../../backend/gateway/live/cut-frames.ts';
import { webSocketFraming } from '../../backend/gateway/live/framing.ts';
import type { LiveLimits } from '../../backend/gateway/live/limits.ts';
import { LiveGateway } from '../../backend/gateway/live/live-gateway.ts';
import { createServer } from '../../backend/gateway/server.ts';
import { createLog } from '../../backend/lib/log.ts';
import { systemClock } from '../../backend/lib/system-clock.ts';
import type { CutFacts, NotifierLink, OutputBatch, OutputItem, Span, ToNotifier } from '../../backend/notifier/link.ts';
import type { FromClients, ToClients } from './fanout-clients.ts';
import { percentile } from './support/percentile.ts';

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
  /** What else had to wait, at the 99th percentile: on a machine that others use, for them too. */
  readonly loopDelayP99Ms: number;
  /** CPU of one turn of the event loop during sweeps, at the 99th percentile: what of that is our own doing. */
  readonly turnP99Ms: number;
}

/** Never asks, so that the cost of writing is seen alone. */
const SILENT: Partial<LiveLimits> = { ackMs: 2 ** 30, ackBytes: 2 ** 30 };
const QUIET: Partial<LiveLimits> = { pingMs: 2 ** 31, pingsUnanswered: Infinity, socketBytes: Infinity };

/** A notifier that has run for a minute has its code compiled, for a cut as for a write: so have both here. */
const WARM = { viewers: 20, sweeps: 500 };

export async function measureFanout(shape: FanoutShape): Promise<FanoutResult> {
  await using stage = await Stage.open(WARM.viewers, { ...QUIET, ...(shape.answers ? {} : SILENT) });
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
  await using stage = await Stage.open(WARM_VIEWERS, QUIET);
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
  await using stage = await Stage.open(viewers, { pingMs: 2 ** 31, pingsUnanswered: Infinity });
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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** CPU of each turn of the event loop that had something to do, in milliseconds, until `end`. */
function turnsOfLoop(): { end(): readonly number[] } {
  const turns: number[] = [];
  let before = cpuMs();
  let timer = setImmediate(function turn() {
    const now = cpuMs();
    if (now - before > 0.1) turns.push(now - before);
    before = now;
    timer = setImmediate(turn);
  });
  return {
    end() {
      clearImmediate(timer);
      return turns;
    },
  };
}

/** Of the whole process: what Linux says of one thread advances by ticks of 4 ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The gateway on a free port, the notifier's side of its link, and the viewers in their process. */
class Stage implements AsyncDisposable {
  readonly #server: FastifyInstance;
  readonly #live: LiveGateway;
  readonly #link: BenchLink;
  readonly #clients: ChildProcess;
  #asOf = 0;
  /** Who has been connected since the last subscription. */
  #joining = 0;

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
    this.#joining += count;
    await this.#ask({ type: 'connect', port, count }, 'connected');
  }

  async subscribeAll(streams: readonly number[]): Promise<void> {
    while (this.#link.sessions.length < this.#joining) await sleep(10);
    this.#joining = 0;
    this.#link.say(
      this.#link.sessions.splice(0).map(session => ({ type: 'send', session, spans: [], subscribe: streams })),
      new Uint8Array(),
    );
    await this.idle();
  }

  cut(streams: readonly number[], frameBytes: number): void {
    const spans: Span[][] = streams.map((_, i) => [{ from: i * frameBytes, to: (i + 1) * frameBytes }]);
    const facts = this.#factsOfNext();
    this.#asOf++;
    this.#link.say([{ type: 'cut', facts, streams, spans }], Buffer.alloc(streams.length * frameBytes, 0x78));
  }

  /** Of one length, however many there were. */
  #factsOfNext(): CutFacts {
    return { asOf: 1e6 + this.#asOf, epoch: 1, intervalMs: 1000, throttled: false };
  }

  /** After `cut`: until the gateway says that it is with all sockets. Looking again and again would be counted, too. */
  idle(): Promise<void> {
    return this.#link.distributed();
  }

  /** Sweeps one after the other, with pauses in which answers come. */
  async loopWhile(sweep: () => Promise<void>): Promise<Pick<FanoutResult, 'sweepMs' | 'loopDelayP99Ms' | 'turnP99Ms'>> {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const turns = turnsOfLoop();
    const spans: number[] = [];
    delay.enable();
    for (let i = 0; i < 20; i++) {
      const started = performance.now();
      await sweep();
      spans.push(performance.now() - started);
      await sleep(20);
    }
    delay.disable();
    return {
      sweepMs: median(spans),
      loopDelayP99Ms: delay.percentile(99) / 1e6,
      turnP99Ms: percentile(turns.end(), 99),
    };
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

  /** What one viewer gets of a cut that asks for nothing. */
  bytesOf(streams: readonly number[], frameBytes: number): number {
    const cut = new CutMessage(this.#factsOfNext()).framed(webSocketFraming, false);
    return streams.length * webSocketFraming.size(frameBytes) + cut.length;
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
  #distributed: () => void = () => {};

  tell(messages: readonly ToNotifier[]): void {
    for (const message of messages)
      if (message.type === 'join') this.sessions.push(message.session);
      else if (message.type === 'distributed') this.#distributed();
  }

  /** The next time that everything said is written. */
  distributed(): Promise<void> {
    return new Promise(resolve => {
      this.#distributed = resolve;
    });
  }

  onOutput(receive: (batch: OutputBatch) => void): void {
    this.#receive = receive;
  }

  say(items: readonly OutputItem[], texts: Uint8Array): void {
    this.#receive({ items, texts });
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
