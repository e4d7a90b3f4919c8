import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { CallName, NotifierCalls } from './calls.ts';
import { errorOf } from './failure.ts';
import type { NotifierLink, OutputBatch, ToNotifier } from './link.ts';
import type { FromThread, ThreadOptions, ToThread } from './thread-messages.ts';

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The store thread as seen from the sockets: streams through the link, everything else through calls. If the thread
 * falls, every call fails and `onFall` is told: the process cannot go on without its store.
 */
export class StoreThread implements NotifierLink {
  readonly calls: NotifierCalls;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onFault: (what: string, error: Error) => void;
  #receive: (batch: OutputBatch) => void = () => {};
  #lastCall = 0;
  #closed = Promise.withResolvers<void>();
  databaseFile: string | undefined;
  tables: readonly string[] = [];

  private constructor(worker: Worker, onFault: (what: string, error: Error) => void) {
    this.#worker = worker;
    this.#onFault = onFault;
    this.calls = new Proxy({} as NotifierCalls, {
      get: (_, name: CallName) => (argument: unknown) => this.#call(name, argument),
    });
  }

  static async start(
    options: ThreadOptions,
    on: { fault: (what: string, error: Error) => void; fall: (error: Error) => void },
  ): Promise<StoreThread> {
    // The process is started with a small young generation, which would otherwise grow by 10 kB for each viewer that
    // comes. The store makes so much garbage that it needs the usual one.
    setFlagsFromString('--max-semi-space-size=0');
    const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { workerData: options, name: 'store' });
    const thread = new StoreThread(worker, on.fault);
    const opened = Promise.withResolvers<void>();
    worker.on('message', (message: FromThread) => {
      if (message.type === 'open') {
        thread.databaseFile = message.databaseFile;
        thread.tables = message.tables;
        opened.resolve();
      } else if (message.type === 'refused') opened.reject(errorOf(message.failure));
      else thread.#take(message);
    });
    worker.on('error', error => {
      opened.reject(error);
      thread.#fail(error as Error);
      on.fall(error as Error);
    });
    worker.on('exit', () => {
      thread.#fail(new PanelcastError('stopping', 'the store has stopped'));
      thread.#closed.resolve();
    });
    await opened.promise;
    return thread;
  }

  tell(messages: readonly ToNotifier[]): void {
    this.#post({ type: 'tell', messages });
  }

  onOutput(receive: (batch: OutputBatch) => void): void {
    this.#receive = receive;
  }

  async close(): Promise<void> {
    this.#post({ type: 'close' });
    await this.#closed.promise;
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #call(name: CallName, argument: unknown): Promise<unknown> {
    const id = ++this.#lastCall;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ type: 'call', id, name, argument });
    });
  }

  #take(message: Exclude<FromThread, { type: 'open' | 'refused' }>): void {
    if (message.type === 'output') this.#receive(message.batch);
    else if (message.type === 'fault') this.#onFault(message.what, errorOf(message.failure));
    else {
      const { reject, resolve } = this.#waiting.get(message.id)!;
      this.#waiting.delete(message.id);
      if (message.type === 'result') resolve(message.value as never);
      else reject(errorOf(message.failure));
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
