import { writeSync } from 'node:fs';
import type { StoreMode } from '../../../backend/object-server/lifetime.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { SystemClock } from './system-clock.ts';

/**
 * The process that is killed: several writers at once, for ever. Each answered write is told on stdout, in one line
 * written at once: `ack <first number> <count> <seq>`. Events are numbered; number n has identifier `e<n % 500>` and
 * class n; its summary says which of how many in its batch it is.
 *
 * argv: data directory, mode, number to begin with, writes to do (0: until killed).
 */
const [dataDir, mode, start, writesMax] = process.argv.slice(2);
const server = ObjectServer.open({
  dataDir: dataDir!,
  mode: mode as StoreMode,
  clock: new SystemClock(),
  logBytesMax: 1e6,
  walBytesMax: 500_000,
});

let next = Number(start);
let writes = 0;
const isDone = () => Number(writesMax) > 0 && writes >= Number(writesMax);

async function write(batch: number): Promise<void> {
  while (!isDone()) {
    writes++;
    const first = next;
    next += batch;
    const events = Array.from({ length: batch }, (_, i) => ({
      identifier: `e${(first + i) % 500}`,
      class: first + i,
      severity: (first + i) % 6,
      summary: `${i + 1} of ${batch}`,
    }));
    const { seq } = await server.intake(events, { idempotency: { key: `b${first}`, hash: `${batch}` } });
    writeSync(1, `ack ${first} ${batch} ${seq}\n`);
  }
}

writeSync(1, `open ${server.seq}\n`);
const writers = [1, 1, 1, 3, 20, 100].map(write);
while (!isDone() || server.queued.writes > 0) {
  server.drain(1);
  await new Promise(resolve => setImmediate(resolve));
}
await Promise.all(writers);
