import type { Browser, CDPSession, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../../e2e/browser.ts';

export const chromiumPath = findChromium();

/** Runs with a browser of its own, so that nothing that it has learnt from another contender colours the figures. */
export async function inChromium<T>(run: (browser: Browser) => Promise<T>): Promise<T> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium here');
  const browser = await launchChromium(chromiumPath);
  try {
    return await run(browser);
  } finally {
    await browser.close();
  }
}

/** Of a page's main thread, in milliseconds of CPU: another process on the machine does not count. */
export interface ThreadTimes {
  readonly thread: number;
  readonly tasks: number;
  readonly script: number;
  readonly style: number;
  readonly layout: number;
}

/** Reads what Chromium counts of a page. */
export class PageMeter {
  readonly session: CDPSession;

  private constructor(session: CDPSession) {
    this.session = session;
  }

  static async of(page: Page): Promise<PageMeter> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new PageMeter(session);
  }

  async collectGarbage(): Promise<void> {
    await this.session.send('HeapProfiler.collectGarbage');
  }

  async spent(work: () => Promise<unknown>): Promise<ThreadTimes> {
    const before = await this.#read();
    await work();
    const after = await this.#read();
    const ms = (name: string): number => ((after.get(name) ?? 0) - (before.get(name) ?? 0)) * 1000;
    return {
      thread: ms('ThreadTime'),
      // Without what the measuring itself asked.
      tasks: ms('TaskDuration') - ms('DevToolsCommandDuration'),
      script: ms('ScriptDuration'),
      style: ms('RecalcStyleDuration'),
      layout: ms('LayoutDuration'),
    };
  }

  async #read(): Promise<Map<string, number>> {
    const { metrics } = await this.session.send('Performance.getMetrics');
    return new Map(metrics.map(({ name, value }) => [name, value]));
  }
}
