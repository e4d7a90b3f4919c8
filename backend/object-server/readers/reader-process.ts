/**
 * The process that runs users' SELECTs, one at a time, for a `ReaderChild` of the parent. It holds nothing of value: the
 * parent kills it at the time limit, its own watch kills it at the memory limit or when the parent is gone.
 */
import { flushCompileCache } from 'node:module';
import { Worker } from 'node:worker_threads';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import { ReadConnection, type ReadConnectionOptions, type ReaderQuery } from './read-connection.ts';
import { BlockingChannel, FRAME, type ReaderFailure } from './reader-frames.ts';
import type { ReaderWatchData } from './reader-watch.ts';

export type ReaderRequest = { readonly open: ReadConnectionOptions } | { readonly query: ReaderQuery };

// The terminal's Ctrl-C reaches the whole group: the parent decides when its readers end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const channel = new BlockingChannel();
/** Counts starts and ends of statements, so it is odd while one runs: the watch sleeps otherwise. */
const turns = new Int32Array(new SharedArrayBuffer(4));
let connection: ReadConnection | undefined;
let watched = false;

for (let request = channel.receive(); request !== undefined; request = channel.receive())
  serve(request as ReaderRequest);
process.exit(0);

function serve(request: ReaderRequest): void {
  try {
    if ('open' in request) {
      open(request.open);
      channel.send(FRAME.opened, '');
    } else {
      channel.send(FRAME.answer, answer(request.query));
    }
  } catch (error) {
    channel.send(FRAME.failure, JSON.stringify(failureOf(error)));
  }
}

function open(options: ReadConnectionOptions): void {
  connection?.close();
  connection = undefined;
  connection = new ReadConnection(options);
  if (watched) return;
  watched = true;
  const workerData: ReaderWatchData = {
    turns,
    parent: process.ppid,
    memoryBytesMax: options.limits.memoryBytesMax,
    // The parent kills at timeMs; this is for a parent that lives and cannot.
    busyMsMax: 2 * options.limits.timeMs + 1_000,
  };
  new Worker(new URL('./reader-watch.ts', import.meta.url), { workerData, execArgv: [] }).unref();
  // Readers are killed rather than ended: now or never.
  flushCompileCache();
}

function answer(query: ReaderQuery): string {
  if (!connection) throw new PanelcastError('storage-failed', 'the reader has no database open');
  turn();
  try {
    return connection.answer(query);
  } finally {
    turn();
  }
}

function turn(): void {
  Atomics.add(turns, 0, 1);
  Atomics.notify(turns, 0);
}

function failureOf(error: unknown): ReaderFailure {
  if (!(error instanceof PanelcastError)) {
    return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
  }
  const { code, message, position, retryAfterMs } = error;
  return {
    code,
    message,
    ...(position === undefined ? {} : { position }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
