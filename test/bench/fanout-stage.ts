import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
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

export interface LoopFigures {
  /** From the notifier's output to the last write, median. */
  readonly sweepMs: number;
  /** What else had to wait, at the 99th percentile: on a machine that others use, for them too. */
  readonly loopDelayP99Ms: number;
  /** CPU of one turn of the event loop during sweeps, at the 99th percentile: what of that is our own doing. */
  readonly turnP99Ms: number;
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
export class FanoutStage implements AsyncDisposable {
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

  static async open(viewers: number, limits: Partial<LiveLimits>): Promise<FanoutStage> {
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
    const stage = new FanoutStage(server, live, link);
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
  async loopWhile(sweep: () => Promise<void>): Promise<LoopFigures> {
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

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
