import type { Page } from 'playwright-core';
import type { Figures } from '../support/benchmark.ts';
import { inChromium, PageMeter } from './chromium.ts';
import type { PageStage } from './page-stage.ts';

const CUTS = 30;
const WARM_UP = 10;
const SAMPLE_MICROS = 100;
const PLUGIN = '/plugin/module.js';

/** Where the main thread's time goes at a cut, on a page of the real panels with the real plugin. */
export async function measurePage(stage: PageStage, dashboard: string): Promise<Figures> {
  return inChromium(async browser => {
    const page = await stage.open(browser, dashboard);
    await page.locator('[role=gridcell]').first().waitFor();
    const cuts = async (): Promise<void> => {
      for (let i = 0; i < CUTS; i++) await paintedCut(stage, page);
    };
    for (let i = 0; i < WARM_UP; i++) await paintedCut(stage, page);
    const meter = await PageMeter.of(page);
    const { layout, script, style, tasks } = await meter.spent(cuts);
    const share = await pluginShare(meter, cuts);
    const figures = {
      'main thread ms': tasks,
      'plugin ms': share * tasks,
      'other script ms': script - share * tasks,
      'style and layout ms': style + layout,
      'paint and rest ms': tasks - script - style - layout,
    };
    const perCut = Object.entries(figures).map(([name, ms]) => [`${name} a cut`, ms / CUTS]);
    return { ...Object.fromEntries(perCut), 'plugin share %': 100 * share };
  });
}

/** Until the page has painted what the cut brought, and has come to rest. */
async function paintedCut(stage: PageStage, page: Page): Promise<void> {
  const asOf = await stage.cut();
  await page.waitForFunction(
    `(() => {
      const data = window.__grafanaSceneContext.state.body.state.children.at(-1).state.body.state.$data;
      return (data.state.data?.series[0]?.meta?.custom?.asOf ?? 0) >= ${asOf};
    })()`,
    undefined,
    { polling: 50 },
  );
  await page.evaluate(
    'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))',
  );
}

/** Of the samples in which the thread worked, those in the plugin's own code or in what the engine did for it. */
async function pluginShare({ session }: PageMeter, work: () => Promise<void>): Promise<number> {
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: SAMPLE_MICROS });
  await session.send('Profiler.start');
  await work();
  const { profile } = await session.send('Profiler.stop');
  const nodes = new Map(profile.nodes.map(node => [node.id, node.callFrame]));
  let [all, own] = [0, 0];
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const { functionName, url } = nodes.get(id)!;
    if (functionName === '(idle)') continue;
    const micros = profile.timeDeltas?.[i] ?? 0;
    all += micros;
    if (url.includes(PLUGIN)) own += micros;
  }
  return own / all;
}
