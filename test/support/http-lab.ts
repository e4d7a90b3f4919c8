import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../backend/config/read-config.ts';
import { type Running, serve } from '../../backend/serve.ts';

export interface HttpAnswer {
  readonly status: number;
  // Whatever a route answers; each test says what it expects of it.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes, judged by the assertions
  readonly body: any;
}

/** A whole notifier in this process, on a free port, for the tests of one file. */
export class HttpLab {
  readonly #running: Running;
  readonly #dir: string;

  private constructor(running: Running, dir: string) {
    this.#running = running;
    this.#dir = dir;
  }

  static async start(args: readonly string[] = []): Promise<HttpLab> {
    const dir = mkdtempSync(join(tmpdir(), 'panelcast-http-'));
    const config = readConfig({
      args: ['--port', '0', '--data-dir', dir, '--log-level', 'silent', ...args],
      env: {},
      cwd: dir,
    });
    const fall = (error: Error): void => {
      throw error;
    };
    return new HttpLab(await serve(config, false, fall), dir);
  }

  async stop(): Promise<void> {
    await this.#running.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  get(path: string): Promise<HttpAnswer> {
    return this.ask(path, { method: 'GET' });
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return this.raw(path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  put(path: string, body: unknown): Promise<HttpAnswer> {
    return this.ask(path, {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  }

  delete(path: string): Promise<HttpAnswer> {
    return this.ask(path, { method: 'DELETE' });
  }

  lines(body: string): Promise<HttpAnswer> {
    return this.raw('/api/events', body, { 'content-type': 'application/x-ndjson' });
  }

  raw(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    return this.ask(path, { method: 'POST', body, headers });
  }

  async ask(path: string, init: RequestInit): Promise<HttpAnswer> {
    const answer = await fetch(`${this.#running.origin}${path}`, init);
    return { status: answer.status, body: await answer.json() };
  }
}
