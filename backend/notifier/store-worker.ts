/** The store thread: one StoreHouse behind a port. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../lib/assert.ts';
import { systemClock } from '../lib/system-clock.ts';
import type { CallName } from './calls.ts';
import { failureOf } from './failure.ts';
import { StoreHouse } from './store-house.ts';
import type { FromThread, ThreadOptions, ToThread } from './thread-messages.ts';

assert(parentPort !== null, 'the store worker runs as a thread');
const port = parentPort;
// The port keeps this thread alive; timers alone must not, and sockets it has none.
const say = (message: FromThread, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer as ArrayBuffer[]);

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

/** The port is what keeps this thread alive. */
async function close(house: StoreHouse): Promise<void> {
  try {
    await house.close();
  } catch (error) {
    say({ type: 'fault', what: 'closing the store', failure: failureOf(error) });
  }
  port.close();
}

function run(house: StoreHouse): void {
  house.notifier.onOutput(batch => say({ type: 'output', batch }, [batch.texts.buffer as ArrayBuffer]));
  port.on('message', (message: ToThread) => {
    if (message.type === 'tell') house.notifier.tell(message.messages);
    else if (message.type === 'call') void answer(house, message.id, message.name, message.argument);
    else void close(house);
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
