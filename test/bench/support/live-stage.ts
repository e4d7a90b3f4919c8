import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request } from '../../../backend/protocol/request.ts';
import type { FromClients, ToClients } from './live-clients.ts';
import { ServedProcess } from './served-process.ts';

const MAIN = join(import.meta.dirname, '../../../backend/main.ts');

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

  static async start(options: readonly string[] = []): Promise<LiveStage> {
    const dir = mkdtempSync(join(tmpdir(), 'panelcast-bench-'));
    const own = ['--port', '0', '--data-dir', dir, '--log-level', 'silent', ...options];
    return new LiveStage(await ServedProcess.start([MAIN, 'serve', ...own]), dir);
  }

  /** Milliseconds until all have their panels; at most `at` come at once. */
  async connect(count: number, requests: readonly Request[], at = 100): Promise<number> {
    const port = Number(new URL(this.served.origin).port);
    const { ms } = await this.#ask({ type: 'connect', port, count, at, requests }, 'connected');
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
      const fail = (): void => reject(new Error('the viewers ended'));
      const listen = (said: FromClients): void => {
        if (said.type !== type) return;
        this.#clients.off('message', listen).off('exit', fail);
        resolve(said as Extract<FromClients, { type: T }>);
      };
      this.#clients.on('message', listen).once('exit', fail);
    });
  }
}
