/** The store thread: one StoreHouse behind a port. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../lib/assert.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { systemClock } from '../lib/system-clock.ts';
import type { CallName } from './calls.ts';
import { StoreHouse } from './store-house.ts';
import type { Failure, FromThread, ThreadOptions, ToThread } from './thread-messages.ts';

assert(parentPort !== null, 'the store worker runs as a thread');
const port = parentPort;
// The port keeps this thread alive; timers alone must not, and sockets it has none.
const say = (message: FromThread, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer as ArrayBuffer[]);

function failureOf(error: unknown): Failure {
  if (error instanceof PanelcastError) {
    const { code, message, position, retryAfterMs } = error;
    return {
      code,
      message,
      ...(position === undefined ? {} : { position }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: 'internal', message, ...(stack === undefined ? {} : { stack }) };
}

function open(options: ThreadOptions): StoreHouse {
  return new StoreHouse({
    ...options,
    clock: systemClock,
    soon: run => setImmediate(run),
    onFault: (what, error) => say({ type: 'fault', what, failure: failureOf(error) }),
  });
}

async function answer(house: StoreHouse, id: number, name: CallName, argument: unknown): Promise<void> {
  try {
    say({ type: 'result', id, value: await house[name](argument as never) });
  } catch (error) {
    say({ type: 'failure', id, failure: failureOf(error) });
  }
}

function run(house: StoreHouse): void {
  house.notifier.onOutput(batch => say({ type: 'output', batch }, [batch.texts.buffer as ArrayBuffer]));
  port.on('message', (message: ToThread) => {
    if (message.type === 'tell') house.notifier.tell(message.messages);
    else if (message.type === 'call') void answer(house, message.id, message.name, message.argument);
    else {
      void house.close().then(
        () => port.close(),
        error => {
          say({ type: 'fault', what: 'closing the store', failure: failureOf(error) });
          port.close();
        },
      );
    }
  });
}

try {
  const house = open(workerData as ThreadOptions);
  run(house);
  const tables = await house.schema();
  say({ type: 'open', databaseFile: house.databaseFile, tables: tables.map(({ name }) => name) });
} catch (error) {
  say({ type: 'refused', failure: failureOf(error) });
}
