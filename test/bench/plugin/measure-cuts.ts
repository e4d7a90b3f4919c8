import { join } from 'node:path';
import { build, type Rollup } from 'vite';
import type { Figures } from '../support/benchmark.ts';
import { inChromium, PageMeter } from './chromium.ts';
import type { Way } from './cut-work.ts';
import type { PLANS } from './page-plan.ts';

const ENTRY = join(import.meta.dirname, 'cut-work-page.ts');
const CUTS = 40;
const SEED = 1;
/** In a task of its own, so that what the measuring itself costs can be told apart. */
const RUN = 'new Promise(done => setTimeout(() => done(work.run())))';

let script: Promise<string> | undefined;

/** Of the main thread of a page of its own, per cut, collection of garbage by that thread included. */
export async function measureCuts(plan: keyof typeof PLANS, way: Way): Promise<Figures> {
  script ??= bundle();
  const content = await script;
  return inChromium(async browser => {
    const page = await browser.newPage();
    await page.addScriptTag({ content });
    await page.evaluate(`startWork(${JSON.stringify(plan)}, ${JSON.stringify(way)}, ${SEED})`);
    await page.evaluate(`work.feed(${CUTS})`);
    const meter = await PageMeter.of(page);
    await meter.collectGarbage();
    const { tasks } = await meter.spent(() => page.evaluate(RUN));
    await page.evaluate('work.check()');
    const bytes = await page.evaluate<number>('work.bytes');
    return { 'data CPU ms a cut': tasks / CUTS, 'text kB a cut': bytes / CUTS / 1e3 };
  });
}

/** As in production: the plugin is bundled the same way. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, target: 'es2022', lib: { entry: ENTRY, formats: ['iife'], name: 'bench' } },
  });
  const [{ output }] = [built].flat() as [Rollup.RollupOutput];
  return output[0].code;
}
