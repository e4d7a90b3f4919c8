import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from '../../../backend/protocol/request.ts';
import type { FromClients, ToClients } from './live-clients.ts';
import { ServedProcess } from './served-process.ts';

const BARE = join(import.meta.dirname, 'bare-fanout.ts');
const PROBE = join(import.meta.dirname, 'loop-probe.ts');
/** Ten thousand connections on a busy machine take a minute. */
const TIMEOUT_MS = 180_000;
const LOOP_FILE = 'loop-delay';
const MAIN = join(import.meta.dirname, '../../../backend/main.ts');
/** Node's options, as the command itself has them. */
const [, FLAGS = ''] = /node (.*)/.exec(readFileSync(join(import.meta.dirname, '../../../bin/panelcast.js'), 'utf8'))!;

/** The notifier as a user starts it, with viewers in another process. */
export class LiveStage {
  readonly served: ServedProcess;
  readonly #clients: ChildProcess;
  readonly #dir: string;

  private constructor(served: ServedProcess, dir: string) {
    this.served = served;
    this.#dir = dir;
    this.#clients = fork(join(import.meta.dirname, 'live-clients.ts'), { execArgv: ['--max-old-space-size=8192'] });
  }

  static start(options: readonly string[] = []): Promise<LiveStage> {
    return LiveStage.#serve(dir => {
      const own = ['--port', '0', '--data-dir', dir, '--log-level', 'silent', ...options];
      return [...FLAGS.split(' '), '--import', PROBE, MAIN, 'serve', ...own];
    });
  }

  /** In the notifier's place what the machine can do at best, with frames of so many bytes. */
  static startBare(frameBytes: number): Promise<LiveStage> {
    return LiveStage.#serve(dir => [BARE, join(dir, 'log'), String(frameBytes)]);
  }

  static async #serve(args: (dir: string) => readonly string[]): Promise<LiveStage> {
    const dir = mkdtempSync(join(tmpdir(), 'panelcast-bench-'));
    return new LiveStage(await ServedProcess.start(args(dir), { BENCH_LOOP_FILE: join(dir, LOOP_FILE) }), dir);
  }

  /** Milliseconds until all have their panels; at most `at` come at once. */
  async connect(count: number, requests: readonly Request[], at = 100): Promise<number> {
    const { ms } = await this.#ask({ type: 'connect', port: this.port, count, at, requests }, 'connected');
    return ms;
  }

  /** When each viewer had a frame with this text, after `act` began: all but the first `skip` of them. */
  async delays(text: string, act: () => Promise<unknown>, skip = 0): Promise<readonly number[]> {
    await this.#ask({ type: 'await', text, skip }, 'done');
    const reached = this.#hear('reached');
    const began = Number(process.hrtime.bigint()) / 1e6;
    await act();
    return (await reached).times.map(time => time - began);
  }

  async stall(count: number): Promise<void> {
    await this.#ask({ type: 'stall', count }, 'done');
  }

  async wake(): Promise<void> {
    await this.#ask({ type: 'wake' }, 'done');
  }

  /** What the main thread's event loop had to wait since the last time, at the 99th percentile. */
  async loopDelayP99Ms(): Promise<number> {
    const file = join(this.#dir, LOOP_FILE);
    rmSync(file, { force: true });
    process.kill(this.served.pid, 'SIGUSR2');
    while (!existsSync(file) || readFileSync(file, 'utf8') === '') await sleep(10);
    return Number(readFileSync(file, 'utf8'));
  }

  get port(): number {
    return Number(new URL(this.served.origin).port);
  }

  /** What a viewer has been sent so far, in bytes a write. */
  async sent(): Promise<{ readonly bytes: number; readonly writes: number }> {
    const answer = await fetch(`${this.served.origin}/api/status`);
    const { viewers } = (await answer.json()) as { viewers: { bytesSent: number; deliveries: number } };
    return { bytes: viewers.bytesSent, writes: viewers.deliveries };
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.served.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  async stop(): Promise<void> {
    this.#clients.kill('SIGKILL');
    await this.served.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #ask<T extends FromClients['type']>(message: ToClients, answer: T) {
    const heard = this.#hear(answer);
    this.#clients.send(message);
    return await heard;
  }

  #hear<T extends FromClients['type']>(type: T): Promise<Extract<FromClients, { type: T }>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the viewers never had ${type}`)), TIMEOUT_MS);
      const fail = (): void => reject(new Error('the viewers ended'));
      const listen = (said: FromClients): void => {
        if (said.type !== type) return;
        clearTimeout(timer);
        this.#clients.off('message', listen).off('exit', fail);
        resolve(said as Extract<FromClients, { type: T }>);
      };
      this.#clients.on('message', listen).once('exit', fail);
    });
  }
}
