import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';
import { barriers } from './support/barriers.ts';
import { NOC } from './support/noc.ts';

const chromiumPath = findChromium();
const TOKEN = 'a-token-of-this-test';
/** What a browser says by itself of an answer of 403. */
const REFUSED = /403/;

describe.skipIf(chromiumPath === undefined)('a notifier that wants a token', { timeout: 60_000 }, () => {
  let site: PreviewSite | undefined;
  let browser: Browser | undefined;
  let watched: WatchedPage | undefined;

  beforeAll(async () => {
    await ensureBuilt();
    site = await PreviewSite.start(['--demo', '--token', TOKEN]);
    browser = await launchChromium(chromiumPath!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });
  afterEach(() => watched?.page.context().close());

  async function visit(path = '/preview/'): Promise<WatchedPage> {
    watched = await WatchedPage.open(browser!, site!.origin + path);
    return watched;
  }

  async function answer(page: Page, token: string): Promise<void> {
    await page.getByLabel('Token', { exact: true }).fill(token);
    await page.keyboard.press('Enter');
  }

  async function isLive({ page, panel }: Pick<WatchedPage, 'page' | 'panel'>): Promise<void> {
    await panel(NOC.critical).getByText(/^\d+$/).first().waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  }

  it.each(['dark', 'light'])('is asked for it before anything else in %s, and cannot be got round', async theme => {
    const { page, traffic } = await visit(`/preview/?theme=${theme}`);
    const dialog = page.getByRole('dialog', { name: 'This notifier needs its token' });
    await dialog.getByText('the value of PANELCAST_TOKEN').waitFor();
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('Escape');
      await dialog.waitFor();
    }
    expect(await dialog.getByRole('alert').count()).toBe(0);
    expect(traffic.calls).toEqual(['GET /api/names']);
    expect(await barriers(page)).toEqual([]);
    await watched!.shot(`token-${theme}`);
  });

  it('says that it was the wrong one, and shows live dashboards for the right one', async () => {
    const { page } = await visit();
    for (const wrong of ['wrong', 'with ä letter']) {
      await answer(page, wrong);
      await page
        .getByRole('alert')
        .getByText(/Refused: (the token is not the right one|a token has neither)/)
        .waitFor();
      expect(await page.evaluate('sessionStorage.getItem("panelcast-token")')).toBeNull();
    }
    await answer(page, `Bearer ${TOKEN} `);
    await isLive({ page, panel: id => watched!.panel(id) });
    expect(watched!.traffic.sockets).toBe(0);
    expect(watched!.faults.filter(fault => !REFUSED.test(fault))).toEqual([]);
  });

  it('is asked once in a tab, for the console and the dashboards together, and again in another', async () => {
    const { page } = await visit('/');
    await answer(page, TOKEN);
    await page.locator('#state[data-state="live"]').waitFor();
    await page.goto(`${site!.origin}/preview/`);
    await isLive({ page, panel: id => watched!.panel(id) });
    await page.reload();
    await isLive({ page, panel: id => watched!.panel(id) });
    const other = await page.context().newPage();
    await other.goto(`${site!.origin}/preview/`);
    await other.getByRole('dialog').waitFor();
  });

  it('lets operators act with it', async () => {
    const { page } = await visit();
    await answer(page, TOKEN);
    await watched!.panel(NOC.events).getByTitle('Act on this row').first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByText('Done, and on every panel').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('asks again when it has another token by now', async () => {
    const { page } = await visit();
    await page.evaluate(`sessionStorage.setItem('panelcast-token', 'of-yesterday')`);
    await page.reload();
    await page.getByRole('alert').getByText('Refused: the token is not the right one.').waitFor();
    await answer(page, TOKEN);
    await isLive({ page, panel: id => watched!.panel(id) });
    await page.evaluate(`sessionStorage.setItem('panelcast-token', 'of-tomorrow')`);
    await page.getByRole('link', { name: 'Service view', exact: true }).click();
    await page.getByRole('dialog', { name: 'This notifier needs its token' }).waitFor();
  });
});
