import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Figures } from './benchmark.ts';

/**
 * Adds what the event loop of this process, which has nothing to do meanwhile, had to wait: the machine's own share of
 * every figure that is read off a clock.
 */
export async function besideIdle(run: () => Promise<Figures>): Promise<Figures> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const figures = await run();
  delay.disable();
  return { ...figures, 'idle process loop delay p99 ms': delay.percentile(99) / 1e6 };
}
