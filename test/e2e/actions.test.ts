import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';

const chromiumPath = findChromium();
const EVENTS = 7;
const NOT_ACKNOWLEDGED = 5;

describe.skipIf(chromiumPath === undefined)('an operator’s action in Chromium', { timeout: 60_000 }, () => {
  let site: PreviewSite | undefined;
  let browser: Browser | undefined;

  beforeAll(async () => {
    await ensureBuilt();
    site = await PreviewSite.start([]);
    const events = ['fan', 'link', 'disk'].map((summary, i) => ({
      identifier: summary,
      summary,
      node: `r${i}`,
      site: 'lon',
      severity: 5,
    }));
    await fetch(`${site.origin}/api/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    browser = await launchChromium(chromiumPath!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });

  it('is done to the row that was clicked, and seen on another page at once, in table and gauge alike', async () => {
    const pages = [await visit(), await visit()] as const;
    for (const watched of pages) await gauge(watched).getByText('3', { exact: true }).waitFor();
    const [own, other] = pages;
    await own.panel(EVENTS).getByText('link', { exact: true }).click();
    const dialog = own.page.getByRole('dialog', { name: 'link' });
    await dialog.getByText(/node r1/).waitFor();
    await dialog.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    for (const watched of pages) await gauge(watched).getByText('2', { exact: true }).waitFor();
    for (const watched of pages) {
      const row = watched.panel(EVENTS).getByRole('row').filter({ hasText: 'link' });
      expect(await row.innerText()).toContain('✓');
      expect(await watched.panel(EVENTS).getByText('✓').count()).toBe(1);
      expect(watched.faults).toEqual([]);
    }
    await own.page.context().close();
    await other.page.context().close();
  });

  it('acts on all rows of the editor’s filter, after saying how many they are', async () => {
    const { page, faults } = await visit(`?editPanel=${EVENTS}`);
    await page.getByRole('button', { name: 'Act on rows' }).click();
    const dialog = page.getByRole('dialog', { name: 'Act on rows' });
    await dialog.getByText(/3 rows of events/).waitFor();
    await dialog.getByRole('button', { name: 'Acknowledge · 3 rows' }).click();
    await dialog.getByText(/Done to 3 rows, 1 of them were so already/).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  function visit(search = ''): Promise<WatchedPage> {
    return WatchedPage.open(browser!, `${site!.origin}/preview/${search}`);
  }

  function gauge(watched: WatchedPage) {
    return watched.panel(NOT_ACKNOWLEDGED);
  }
});
