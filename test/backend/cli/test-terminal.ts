import { PassThrough } from 'node:stream';
import { vi } from 'vitest';
import type { CliIo } from '../../../backend/cli/cli-io.ts';

export interface TestTerminalOptions {
  readonly input?: string | Buffer | AsyncIterable<string>;
  /** Standard input, output and error are a terminal. */
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly env?: Record<string, string>;
}

/** The terminal or pipe on the other side of a command. */
export class TestTerminal implements CliIo {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly env: Record<string, string>;
  readonly isTerminal: CliIo['isTerminal'];
  readonly #columns: number;
  out = '';
  err = '';

  constructor({ input, isTerminal = false, columns = 80, env = {} }: TestTerminalOptions = {}) {
    this.env = env;
    this.isTerminal = { stdin: isTerminal, stdout: isTerminal, stderr: isTerminal };
    this.#columns = columns;
    this.stdout.on('data', chunk => {
      this.out += chunk;
    });
    this.stderr.on('data', chunk => {
      this.err += chunk;
    });
    if (input !== undefined) void this.#feed(input);
  }

  columns(): number {
    return this.#columns;
  }

  async #feed(input: string | Buffer | AsyncIterable<string>): Promise<void> {
    if (typeof input === 'string' || Buffer.isBuffer(input)) this.stdin.write(input);
    else
      for await (const chunk of input)
        if (!this.stdin.write(chunk)) await new Promise(r => this.stdin.once('drain', r));
    this.stdin.end();
  }

  /** Waits until something is on the screen that was not before. */
  async see(text: string): Promise<void> {
    await vi.waitFor(
      () => {
        if (!this.out.includes(text)) throw new Error(`no ${JSON.stringify(text)} in ${JSON.stringify(this.out)}`);
      },
      { timeout: 5_000, interval: 5 },
    );
  }

  type(keys: string): void {
    this.out = '';
    this.stdin.write(keys);
  }
}
