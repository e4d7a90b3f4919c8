import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';
import { barriers } from './support/barriers.ts';
import { NOC } from './support/noc.ts';

const chromiumPath = findChromium();
const DASHBOARDS = ['NOC overview', 'Service view', 'What Panelcast saves'];
const THEMES = ['dark', 'light'] as const;

describe.skipIf(chromiumPath === undefined)('the dashboards for everybody', { timeout: 60_000 }, () => {
  let site: PreviewSite | undefined;
  let browser: Browser | undefined;
  let watched: WatchedPage;

  beforeAll(async () => {
    await ensureBuilt();
    site = await PreviewSite.start();
    browser = await launchChromium(chromiumPath!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });
  afterEach(() => watched.page.context().close());

  async function visit(search: string): Promise<WatchedPage> {
    watched = await WatchedPage.open(browser!, `${site!.origin}/preview/${search}`);
    return watched;
  }

  it.each(THEMES)('keep nobody out in %s: dashboards, the query editor, what can be done to a row', async theme => {
    const { page } = await visit(`?theme=${theme}`);
    for (const title of DASHBOARDS) {
      await page.getByRole('link', { name: title, exact: true }).click();
      await page.getByRole('main', { name: title }).waitFor();
      await page.locator('canvas').first().waitFor();
      expect(await barriers(page), title).toEqual([]);
    }
    await page.getByRole('link', { name: DASHBOARDS[0]!, exact: true }).click();
    await watched.panel(NOC.events).getByRole('row').nth(1).locator('[aria-colindex="6"] a').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge', exact: true }).waitFor();
    expect(await barriers(page), 'the dialog of a row').toEqual([]);
    await page.keyboard.press('Escape');
    await page.goto(`${site!.origin}/preview/?theme=${theme}&editPanel=${NOC.events}`);
    await page.getByRole('region', { name: 'Queries' }).getByText('Filter').first().waitFor();
    expect(await barriers(page), 'the query editor').toEqual([]);
  });

  it('can be used with the keyboard alone', async () => {
    const { page } = await visit('');
    const hasFocus = (target: Locator) => target.and(page.locator(':focus')).isVisible();
    const tabTo = async (target: Locator): Promise<void> => {
      for (let i = 0; i < 40 && !(await hasFocus(target)); i++) await page.keyboard.press('Tab');
      expect(await hasFocus(target)).toBe(true);
    };
    await watched.panel(NOC.events).getByRole('row').nth(1).waitFor();
    await tabTo(page.getByRole('link', { name: 'Service view', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('main', { name: 'Service view' }).waitFor();
    await page.goBack();
    await page.getByRole('main', { name: 'NOC overview' }).waitFor();
    await tabTo(watched.panel(NOC.critical).getByRole('button', { name: /Menu for panel/ }));
    await page.keyboard.press('Enter');
    await tabTo(page.getByRole('menuitem', { name: 'Edit query' }));
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Queries' }).waitFor();
    await tabTo(page.getByRole('button', { name: 'Back to dashboard' }));
    await page.keyboard.press('Enter');
    await watched.panel(NOC.events).waitFor();
    expect(watched.faults).toEqual([]);
  });
});
