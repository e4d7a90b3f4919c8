/**
 * Loaded with --import into a notifier that is measured: on SIGUSR2 it writes what the main thread's event loop had to
 * wait, in milliseconds at the 99th percentile since the last time, to the file that the environment names.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const file = process.env.BENCH_LOOP_FILE;
if (isMainThread && file !== undefined && process.env.BENCH_LOOP_PID === undefined) {
  process.env.BENCH_LOOP_PID = String(process.pid); // its children measure nothing
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('SIGUSR2', () => {
    writeFileSync(file, String(delay.percentile(99) / 1e6));
    delay.reset();
  });
}
