/**
 * The thread beside a reader's statement. SQLite runs in one blocking call, so only another thread can see that the
 * process grew too big (hard_heap_limit has no effect in node:sqlite) or that the parent was killed, and only the end of
 * the process ends the statement. It sleeps while no statement runs.
 */
import { workerData } from 'node:worker_threads';

export interface ReaderWatchData {
  /** Odd while a statement runs. */
  readonly turns: Int32Array;
  /** The parent's process id: another one means that it is gone. */
  readonly parent: number;
  readonly memoryBytesMax: number;
  readonly busyMsMax: number;
}

/** A sort fills some 500 MB/s: this bounds the overshoot to about 10 MB. */
const LOOK_EVERY_MS = 20;

const { turns, parent, memoryBytesMax, busyMsMax } = workerData as ReaderWatchData;

for (;;) {
  const turn = Atomics.load(turns, 0);
  if (turn % 2 === 0) {
    Atomics.wait(turns, 0, turn);
    continue;
  }
  const since = performance.now();
  while (Atomics.wait(turns, 0, turn, LOOK_EVERY_MS) === 'timed-out') {
    const orphaned = process.ppid !== parent;
    const late = performance.now() - since > busyMsMax;
    if (orphaned || late || process.memoryUsage.rss() > memoryBytesMax) process.kill(process.pid, 'SIGKILL');
  }
}
