import { type ChildProcess, spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { assert } from '../../lib/assert.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import type { ReadConnectionOptions } from './read-connection.ts';
import { BlockingChannel, encodeRequest, FRAME, FrameAssembler, type ReaderFailure } from './reader-frames.ts';

const ENTRY = fileURLToPath(new URL('./reader-process.ts', import.meta.url));

/** Nothing of the parent's environment: it holds secrets. The time zone is for SQLite's `localtime`. */
const INHERITED = ['TZ', 'SystemRoot'] as const;

/** Enough of a crash's words for the log. */
const STDERR_CHARS_MAX = 2_000;

interface PendingReply {
  readonly resolve: (body: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One reader process as its parent sees it. Replies come in the order of the requests. Invariant: each request settles,
 * by its reply or by the process's end.
 */
export class ReaderChild {
  /** Resolves when the process is gone and reaped. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;
  readonly #channel: Socket;
  readonly #pending: PendingReply[] = [];
  /** Why we killed it, told to whoever waits; the first reason wins. */
  #killedFor: PanelcastError | undefined;
  #gone = false;
  #stderr = '';
  readonly #memoryBytesMax: number;

  constructor(memoryBytesMax: number) {
    this.#memoryBytesMax = memoryBytesMax;
    const env: NodeJS.ProcessEnv = {};
    for (const name of INHERITED) if (process.env[name] !== undefined) env[name] = process.env[name];
    // A reader that need not compile its modules again starts in half the time.
    const compiled = getCompileCacheDir();
    if (compiled !== undefined) env.NODE_COMPILE_CACHE = compiled;
    this.#process = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ENTRY], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env,
    });
    const frames = new FrameAssembler((kind, body) => this.#settle(kind, body));
    const channel = this.#process.stdio[BlockingChannel.fd];
    assert(channel instanceof Socket, 'the channel of a reader is a socket');
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => frames.push(chunk));
    // A write to a process that has just died: its exit is what is reported.
    channel.on('error', () => undefined);
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_CHARS_MAX);
    });
    this.exited = new Promise(resolve => {
      this.#process.once('error', error => resolve(this.#fail(error)));
      // Not `exit`: an answer may still be in the channel.
      this.#process.once('close', (code, signal) => resolve(this.#fail(this.#reasonOf(code, signal))));
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get alive(): boolean {
    return !this.#gone && this.#killedFor === undefined;
  }

  /** Resolves when the file is open; a failure leaves the process without a database. */
  async open(options: ReadConnectionOptions): Promise<void> {
    await this.#request(encodeRequest({ open: options }));
  }

  /** The answer as JSON. */
  run(request: Buffer): Promise<Buffer> {
    return this.#request(request);
  }

  kill(reason: PanelcastError): void {
    this.#killedFor ??= reason;
    this.#process.kill('SIGKILL');
  }

  /** An idle reader ends by itself when its input ends. */
  end(): void {
    this.#channel.end();
  }

  #request(frame: Buffer): Promise<Buffer> {
    if (this.#gone)
      return Promise.reject(new PanelcastError('overloaded', 'the reader has just ended', { retryAfterMs: 100 }));
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      this.#channel.write(frame);
    });
  }

  #settle(kind: number, body: Buffer): void {
    const pending = this.#pending.shift();
    if (kind !== FRAME.failure) {
      pending?.resolve(body);
      return;
    }
    const { code, message, ...options }: ReaderFailure = JSON.parse(body.toString());
    pending?.reject(new PanelcastError(code, message, options));
  }

  #fail(reason: Error): void {
    this.#gone = true;
    for (const { reject } of this.#pending.splice(0)) reject(this.#killedFor ?? reason);
  }

  /** SIGKILL that we did not send comes from the reader's own watch, or from the kernel for the same reason: memory. */
  #reasonOf(code: number | null, signal: NodeJS.Signals | null): PanelcastError {
    if (signal === 'SIGKILL') {
      const mebibytes = Math.round(this.#memoryBytesMax / 2 ** 20);
      return new PanelcastError(
        'limit-exceeded',
        `the statement needed more than ${mebibytes} MiB of memory and was stopped; sort, group or combine fewer rows`,
      );
    }
    const how = signal ? `signal ${signal}` : `exit code ${code}`;
    return new PanelcastError('internal', `the reader process ended with ${how}`, { cause: this.#stderr || undefined });
  }
}
