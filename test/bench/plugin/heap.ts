/** In Node, which has the engine of Chromium and tells its heap exactly. Imported after the hook that lets it load Grafana. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LivePage } from './live-page.ts';
import { PLANS } from './page-plan.ts';

/** Heap after a first simulated hour of cuts, one a second, and how much it grew in a second hour. */
export async function measureHeap(seed: number): Promise<{ heapMB: number; growthMB: number }> {
  const page = new LivePage(PLANS.charts, seed);
  await page.open();
  const hour = (): number => {
    for (let second = 0; second < 3600; second++) page.take(page.nextCut());
    return heapMB();
  };
  const first = hour();
  return { heapMB: first, growthMB: hour() - first };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMB(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}
