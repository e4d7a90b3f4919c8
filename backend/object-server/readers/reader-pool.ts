import type { Clock, Timer } from '../../lib/clock.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { systemClock } from '../../lib/system-clock.ts';
import type { ReaderAnswer } from './answer-text.ts';
import type { ReadConnectionOptions, ReaderQuery } from './read-connection.ts';
import { ReaderChild } from './reader-child.ts';
import { encodeRequest } from './reader-frames.ts';
import { DEFAULT_READER_LIMITS, type ReaderLimits } from './reader-limits.ts';

export interface ReaderPoolOptions {
  readonly file: string;
  /** Selects the one integer that is the seq the file is true at. */
  readonly seqSql: string;
  /** Tables that each role may read. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Statements that run at once; one more process is kept warm to take the place of a killed one. */
  readonly size?: number;
  readonly limits?: Partial<ReaderLimits>;
  readonly clock?: Clock;
}

export interface PooledQuery extends ReaderQuery {
  /** The client went away: its statement is stopped. */
  readonly signal?: AbortSignal;
}

export interface ReaderPoolStatus {
  readonly running: number;
  readonly queued: number;
  readonly idle: number;
  /** Readers that had to be killed or fell. */
  readonly lost: number;
}

interface Job {
  readonly frame: Buffer;
  readonly arrivedMs: number;
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: unknown) => void;
  startedMs: number;
  reader: ReaderChild | undefined;
}

const DEFAULT_SIZE = 2;
const RETRY_MS = { first: 100, most: 5_000 } as const;
/** close() answers within a second: this long for statements that run, the rest for killing. */
const CLOSE_GRACE_MS = 500;

/**
 * Runs users' SELECTs in processes that may be killed. Bounded in all directions: `size` at once, `queuedMax` waiting,
 * `timeMs` from arrival to answer.
 */
export class ReaderPool {
  readonly #limits: ReaderLimits;
  readonly #size: number;
  readonly #clock: Clock;
  #connection: ReadConnectionOptions;
  /** Every process that is not reaped yet. */
  readonly #readers = new Set<ReaderChild>();
  /** Those with the file open and nothing to do. */
  readonly #idle: ReaderChild[] = [];
  readonly #running = new Set<Job>();
  readonly #queue: Job[] = [];
  #gates = 0;
  #gateWaiters: (() => void)[] = [];
  #isStarting = false;
  #failedStarts = 0;
  #retry: Timer | undefined;
  #lost = 0;
  /** Exponential mean, for Retry-After. */
  #meanRunMs = 50;
  #closing = false;

  private constructor(options: ReaderPoolOptions) {
    this.#limits = { ...DEFAULT_READER_LIMITS, ...options.limits };
    this.#size = options.size ?? DEFAULT_SIZE;
    this.#clock = options.clock ?? systemClock;
    const { file, seqSql, tables } = options;
    this.#connection = { file, seqSql, tables, limits: this.#limits };
  }

  /** Resolves when the first reader has the file open; rejects when it cannot. */
  static async start(options: ReaderPoolOptions): Promise<ReaderPool> {
    const pool = new ReaderPool(options);
    try {
      await pool.#startReader();
    } catch (cause) {
      await pool.close();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new PanelcastError('storage-failed', `the readers cannot open ${options.file}: ${why}`, { cause });
    }
    pool.#refill();
    return pool;
  }

  get status(): ReaderPoolStatus {
    return { running: this.#running.size, queued: this.#queue.length, idle: this.#idle.length, lost: this.#lost };
  }

  async query(query: PooledQuery): Promise<ReaderAnswer> {
    return JSON.parse((await this.queryText(query)).toString());
  }

  /** As `query`, as the JSON that the reader wrote: what a server passes on without parsing it. */
  async queryText({ signal, ...query }: PooledQuery): Promise<Buffer> {
    if (this.#closing) throw new PanelcastError('stopping', 'the object server is stopping', { retryAfterMs: 1_000 });
    const frame = this.#encode(query);
    if (this.#queue.length >= this.#limits.queuedMax) {
      throw this.#overloaded(`${this.#queue.length} statements already wait for a reader`);
    }
    if (signal?.aborted) throw clientGone();
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const job: Job = { frame, arrivedMs: this.#clock.monotonicMs(), resolve, reject, startedMs: 0, reader: undefined };
    this.#queue.push(job);
    const deadline = this.#clock.after(this.#limits.timeMs, () => this.#expire(job));
    const abort = () => this.#stop(job, clientGone());
    signal?.addEventListener('abort', abort, { once: true });
    this.#dispatch();
    try {
      return await promise;
    } finally {
      deadline.cancel();
      signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * Holds new statements back and resolves when none runs, so that no read transaction pins the write-ahead log. Call
   * what it resolves with to go on; statements that arrive meanwhile wait. Takes at most `timeMs`.
   */
  async gate(): Promise<() => void> {
    this.#gates++;
    if (this.#running.size > 0) await new Promise<void>(resolve => this.#gateWaiters.push(resolve));
    let open = false;
    return () => {
      if (open) return;
      open = true;
      this.#gates--;
      this.#dispatch();
    };
  }

  /** Statements from now on read this file, also when a new one has taken the place of the old under the same name. */
  reopen(file: string): void {
    this.#connection = { ...this.#connection, file };
    for (const reader of this.#idle) this.#reopenReader(reader);
    for (const { reader } of this.#running) if (reader) this.#reopenReader(reader);
  }

  /** Kills what is idle at once and what runs after a moment, and resolves when every process is gone: within a second. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#retry?.cancel();
    const stopping = new PanelcastError('stopping', 'the object server is stopping', { retryAfterMs: 1_000 });
    for (const job of this.#queue.splice(0)) job.reject(stopping);
    const working = new Set([...this.#running].map(({ reader }) => reader));
    for (const reader of this.#readers) if (!working.has(reader)) reader.kill(stopping);
    const grace = this.#clock.after(CLOSE_GRACE_MS, () => {
      for (const reader of this.#readers) reader.kill(stopping);
    });
    await Promise.all([...this.#readers].map(reader => reader.exited));
    grace.cancel();
  }

  #encode(query: ReaderQuery): Buffer {
    const { sqlBytesMax } = this.#limits;
    const bytes = Buffer.byteLength(query.sql);
    if (bytes > sqlBytesMax) {
      throw new PanelcastError('limit-exceeded', `the statement has ${bytes} bytes; at most ${sqlBytesMax} are read`);
    }
    const paramBytes = Buffer.byteLength(JSON.stringify(query.params ?? []));
    if (paramBytes > sqlBytesMax) {
      throw new PanelcastError(
        'limit-exceeded',
        `the parameters have ${paramBytes} bytes; at most ${sqlBytesMax} are read`,
      );
    }
    return encodeRequest({ query });
  }

  #dispatch(): void {
    while (this.#gates === 0 && this.#running.size < this.#size && this.#queue.length > 0 && this.#idle.length > 0) {
      this.#run(this.#queue.shift()!, this.#idle.shift()!);
    }
  }

  #run(job: Job, reader: ReaderChild): void {
    job.reader = reader;
    job.startedMs = this.#clock.monotonicMs();
    this.#running.add(job);
    reader
      .run(job.frame)
      .then(job.resolve, job.reject)
      .finally(() => this.#ended(job, reader));
  }

  #ended(job: Job, reader: ReaderChild): void {
    this.#running.delete(job);
    this.#meanRunMs += (this.#clock.monotonicMs() - job.startedMs - this.#meanRunMs) / 8;
    if (this.#closing) reader.end();
    else if (reader.alive) this.#idle.push(reader);
    if (this.#running.size === 0) for (const resolve of this.#gateWaiters.splice(0)) resolve();
    this.#dispatch();
  }

  #expire(job: Job): void {
    const { timeMs } = this.#limits;
    const waitedMs = Math.round(job.startedMs - job.arrivedMs);
    if (!job.reader) {
      this.#stop(job, this.#overloaded(`no reader was free for the statement within ${timeMs} ms`));
    } else if (waitedMs > timeMs / 10) {
      const message = `the statement waited ${waitedMs} ms for a reader and was not done when its ${timeMs} ms were over; try again`;
      this.#stop(job, new PanelcastError('timeout', message, { retryAfterMs: this.#retryAfterMs() }));
    } else {
      const message = `the statement ran longer than ${timeMs} ms and was stopped; narrow it with a condition or a LIMIT`;
      this.#stop(job, new PanelcastError('limit-exceeded', message));
    }
  }

  #stop(job: Job, reason: PanelcastError): void {
    if (job.reader) {
      job.reader.kill(reason);
      this.#refill();
      return;
    }
    const index = this.#queue.indexOf(job);
    if (index !== -1) this.#queue.splice(index, 1);
    job.reject(reason);
  }

  #overloaded(why: string): PanelcastError {
    const retryAfterMs = this.#retryAfterMs();
    return new PanelcastError('overloaded', `${why}; try again in ${Math.ceil(retryAfterMs / 1000)} s`, {
      retryAfterMs,
    });
  }

  #retryAfterMs(): number {
    const drainMs = (this.#meanRunMs * (this.#queue.length + 1)) / this.#size;
    return Math.round(Math.min(Math.max(drainMs, 100), this.#limits.timeMs));
  }

  /** One at a time: to fork stops this thread for some milliseconds. */
  #refill(): void {
    const alive = [...this.#readers].filter(reader => reader.alive).length;
    if (this.#closing || this.#isStarting || alive > this.#size) return;
    this.#isStarting = true;
    this.#startReader()
      .finally(() => {
        this.#isStarting = false;
      })
      .then(
        () => this.#refill(),
        () => this.#retryLater(),
      );
  }

  async #startReader(): Promise<void> {
    const reader = new ReaderChild(this.#limits.memoryBytesMax);
    this.#readers.add(reader);
    void reader.exited.then(() => this.#lose(reader));
    const connection = this.#connection;
    try {
      await reader.open(connection);
      this.#failedStarts = 0;
      if (connection !== this.#connection) this.#reopenReader(reader);
      if (!this.#closing) this.#idle.push(reader);
    } catch (error) {
      this.#failedStarts++;
      reader.end();
      throw error;
    }
    this.#dispatch();
  }

  /** A file that cannot be opened at the moment must not make us fork without pause. */
  #retryLater(): void {
    if (this.#closing || this.#retry) return;
    const delayMs = Math.min(RETRY_MS.first * 2 ** this.#failedStarts, RETRY_MS.most);
    this.#retry = this.#clock.after(delayMs, () => {
      this.#retry = undefined;
      this.#refill();
    });
  }

  /** The requests of one reader are answered in order: what runs on it now still reads the old file. */
  #reopenReader(reader: ReaderChild): void {
    reader.open(this.#connection).catch(error => {
      this.#failedStarts++;
      reader.kill(error);
    });
  }

  #lose(reader: ReaderChild): void {
    this.#readers.delete(reader);
    const index = this.#idle.indexOf(reader);
    if (index !== -1) this.#idle.splice(index, 1);
    if (this.#closing) return;
    this.#lost++;
    if (this.#failedStarts > 0) this.#retryLater();
    else this.#refill();
  }
}

function clientGone(): PanelcastError {
  return new PanelcastError('timeout', 'the client went away before the answer');
}
