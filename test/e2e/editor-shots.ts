/** Draws docs/editor-*.png from the preview: `node test/e2e/editor-shots.ts`. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const EVENTS = 7;
const SIZE = { width: 1400, height: 1200 };

const chromium = findChromium();
if (chromium === undefined) throw new Error('there is no Chromium here');
await ensureBuilt();
const site = await PreviewSite.start();
const browser = await launchChromium(chromium);
try {
  for (const theme of ['dark', 'light']) {
    const url = `${site.origin}/preview/?theme=${theme}&editPanel=${EVENTS}`;
    const watched = await WatchedPage.open(browser, url, { viewport: SIZE });
    await drawn(watched);
    await shoot(watched.page, `editor-builder-${theme}`);
    await writeFault(watched.page);
    await shoot(watched.page, `editor-code-${theme}`);
    await actOnRow(watched, `${site.origin}/preview/?theme=${theme}`);
    await shoot(watched.page, `editor-act-${theme}`);
    if (watched.faults.length > 0) throw new Error(watched.faults.join('\n'));
    await watched.page.context().close();
  }
} finally {
  await browser.close();
  await site.stop();
}

async function drawn(watched: WatchedPage): Promise<void> {
  await watched.panel(EVENTS).getByRole('row').nth(5).waitFor();
  await watched.page.getByText(/evaluated once a second/).waitFor();
}

/** Completion is open and something is wrong: what the editor is for. */
async function writeFault(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'Code' }).check({ force: true });
  const filter = page.getByRole('textbox', { name: /Filter/ });
  await filter.fill("severity >= 'major' AND sevice = 'DNS' AND site = ''");
  await filter.press('End');
  await filter.press('ArrowLeft');
  await filter.press('Control+Space');
  await page.getByRole('option').first().waitFor();
}

async function actOnRow({ page }: WatchedPage, dashboard: string): Promise<void> {
  await page.goto(dashboard);
  await page.getByTitle('Act on this row').nth(2).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Change severity' }).click();
}

async function shoot(page: Page, name: string): Promise<void> {
  // Fonts, and the last frame of whatever slides in.
  await page.waitForTimeout(600);
  await page.screenshot({ path: join(DOCS, `${name}.png`) });
}
