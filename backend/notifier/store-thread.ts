import { Worker } from 'node:worker_threads';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { CallName, NotifierCalls } from './calls.ts';
import type { NotifierLink, OutputBatch, ToNotifier } from './link.ts';
import type { Failure, FromThread, ThreadOptions, ToThread } from './thread-messages.ts';

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

  #post(message: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer as ArrayBuffer[]);
  }

  #call(name: CallName, argument: unknown): Promise<unknown> {
    const id = ++this.#lastCall;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ type: 'call', id, name, argument });
    });
  }

  #take(message: FromThread): void {
    switch (message.type) {
      case 'output':
        this.#receive(message.batch);
        break;
      case 'fault':
        this.#onFault(message.what, errorOf(message.failure));
        break;
      case 'result':
        this.#waiting.get(message.id)?.resolve(message.value as never);
        this.#waiting.delete(message.id);
        break;
      case 'failure':
        this.#waiting.get(message.id)?.reject(errorOf(message.failure));
        this.#waiting.delete(message.id);
        break;
      default:
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function errorOf({ code, message, position, retryAfterMs, stack }: Failure): PanelcastError {
  const error = new PanelcastError(code, message, {
    ...(position === undefined ? {} : { position }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(code === 'internal' ? { cause: stack } : {}),
  });
  return error;
}
