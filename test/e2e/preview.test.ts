import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';
import { NotifierCalls } from './support/notifier-calls.ts';

const chromiumPath = findChromium();
if (chromiumPath === undefined) process.stdout.write('no Chromium here: the browser tests are skipped\n');

const EVENTS = 7;
const GAUGES = [1, 2, 3, 4, 5, 6];
const SERVICE_EVENTS = 6;
const HOSTILE = [
  "' OR 1=1 --",
  "lon' OR severity >= 0 OR site = 'lon",
  "') OR TRUE OR site IN ('",
  'lon" OR "1" = "1',
  '\\',
  '%',
  '$site',
  `$\{service:raw}`,
];

describe.skipIf(chromiumPath === undefined)('the preview in Chromium', { timeout: 60_000 }, () => {
  let site: PreviewSite | undefined;
  let browser: Browser | undefined;
  let open: WatchedPage | undefined;

  beforeAll(async () => {
    await ensureBuilt();
    // What a test waits for comes with the next cut.
    site = await PreviewSite.start(['--demo', '--interval-ms', '250ms']);
    browser = await launchChromium(chromiumPath!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });
  afterEach(async () => {
    await open?.page.context().close();
    open = undefined;
  });

  async function visit(search = ''): Promise<WatchedPage> {
    open = await WatchedPage.open(browser!, `${site!.origin}/preview/${search}`);
    return open;
  }

  it('shows the first dashboard: gauges, the event list and a chart, without a fault', async () => {
    const watched = await visit();
    for (const id of GAUGES) await watched.panel(id).getByText(/^\d+$/).first().waitFor();
    await watched.panel(EVENTS).getByRole('row').nth(5).waitFor();
    await watched.page.locator('canvas').first().waitFor();
    expect(await watched.panel(EVENTS).getByRole('columnheader').allInnerTexts()).toContain('Summary');
    expect(watched.faults).toEqual([]);
  });

  it('says that it is a preview, and what differs from Grafana', async () => {
    const { page } = await visit();
    const banner = page.getByTestId('preview-banner');
    await banner.getByText('What differs from Grafana').click();
    expect(await banner.getByRole('listitem').count()).toBeGreaterThan(3);
  });

  it.each(['dark', 'light'])('draws every dashboard in %s', async theme => {
    const watched = await visit(`?theme=${theme}`);
    const links = watched.page.getByRole('navigation', { name: 'Dashboards' }).getByRole('link');
    await links.first().waitFor();
    const titles = await links.allInnerTexts();
    expect(titles).toEqual(['NOC overview', 'Service view', 'What Panelcast saves']);
    for (const [index, title] of titles.entries()) {
      await links.nth(index).click();
      await watched.page.getByRole('main', { name: title }).waitFor();
      await watched.page.locator('canvas').first().waitFor();
      expect(await watched.page.getByText(/^(Error|Panel plugin not found)/).count(), title).toBe(0);
      await watched.shot(`${index + 1}-${theme}`);
    }
    expect(watched.faults).toEqual([]);
  });

  it('switches dashboards without loading the page again', async () => {
    const { page } = await visit();
    await page.evaluate('window.samePage = true');
    await page.getByRole('link', { name: 'Service view', exact: true }).click();
    await page.getByRole('main', { name: 'Service view' }).waitFor();
    await page.goBack();
    await page.getByRole('main', { name: 'NOC overview' }).waitFor();
    expect(await page.evaluate('window.samePage')).toBe(true);
  });

  it('takes the time range and the variables from the address, as Grafana does', async () => {
    const watched = await visit('?dashboard=panelcast-service-view&from=now-15m&to=now&var-site=lon');
    await watched.page.getByRole('button', { name: /Last 15 minutes/ }).waitFor();
    const rows = watched.panel(SERVICE_EVENTS).getByRole('row');
    await rows.nth(1).waitFor();
    const sites = await watched.panel(SERVICE_EVENTS).locator('[role=gridcell]:nth-child(3)').allInnerTexts();
    expect(new Set(sites)).toEqual(new Set(['lon']));
    expect(watched.faults).toEqual([]);
  });

  it('shows what comes from a new site where all are chosen', async () => {
    const watched = await visit('?dashboard=panelcast-service-view');
    const { page } = watched;
    const panel = watched.panel(SERVICE_EVENTS);
    await panel.getByRole('row').nth(1).waitFor();
    const event = {
      identifier: 'new',
      site: 'new',
      service: 'new',
      node: 'new-1',
      severity: 5,
      summary: 'Of a new site',
    };
    await new NotifierCalls(site!.origin).send([event]);
    await panel.getByText('Of a new site').waitFor();
    await page.evaluate(`setVariable('site', ['lon'])`);
    await panel.getByText('Of a new site').waitFor({ state: 'detached' });
    expect(watched.faults).toEqual([]);
  });

  it('keeps hostile values of a variable literal, alone and beside another', async () => {
    const [first, ...more] = HOSTILE;
    const watched = await visit(`?dashboard=panelcast-service-view&var-site=${encodeURIComponent(first!)}`);
    const { page } = watched;
    const panel = watched.panel(SERVICE_EVENTS);
    await panel.getByText('Nothing open').waitFor();
    for (const hostile of more) {
      await page.evaluate(`setVariable('site', ${JSON.stringify(['lon', hostile])})`);
      await panel.getByRole('row').nth(1).waitFor();
      const rows = await page.evaluate<string[][]>(`panelRows(${SERVICE_EVENTS})`);
      expect(new Set(rows.map(([, , from]) => from)), hostile).toEqual(new Set(['lon']));
      await page.evaluate(`setVariable('site', ${JSON.stringify([hostile])})`);
      await panel.getByText('Nothing open').waitFor();
    }
    expect(watched.faults).toEqual([]);
  });

  it('takes ad hoc filters of several values, hostile ones among them', async () => {
    const filters = ['site|=__gfp__|lon|nyc', "summary|!=__gfp__|') OR TRUE --|\\"];
    const search = filters.map(filter => `&var-filter=${encodeURIComponent(filter)}`).join('');
    const watched = await visit(`?dashboard=panelcast-service-view${search}`);
    const panel = watched.panel(SERVICE_EVENTS);
    await panel.getByRole('row').nth(1).waitFor();
    await expect
      .poll(async () => {
        const rows = await watched.page.evaluate<string[][]>(`panelRows(${SERVICE_EVENTS})`);
        return [...new Set(rows.map(([, , from]) => from))].sort();
      })
      .toEqual(['lon', 'nyc']);
    const asked = watched.traffic.said.flatMap(said => (said.type === 'open' ? (said.request.filter ?? '') : []));
    expect(asked.every(filter => filter.includes("site IN ('lon', 'nyc')"))).toBe(true);
    expect(watched.faults).toEqual([]);
  });

  it('edits a query in the plugin’s own editor', async () => {
    const watched = await visit();
    await watched.panel(EVENTS).getByRole('row').nth(5).waitFor();
    await watched.panel(EVENTS).hover();
    await watched
      .panel(EVENTS)
      .getByRole('button', { name: /Menu for panel/ })
      .click();
    await watched.page.getByText('Edit query').click();
    const queries = watched.page.getByRole('region', { name: 'Queries' });
    await queries.getByText('Filter').first().waitFor();
    expect(new URL(watched.page.url()).searchParams.get('editPanel')).toBe(String(EVENTS));
    await watched.panel(EVENTS).getByRole('row').nth(5).waitFor();
    await watched.shot('edit-dark');
    await watched.page.getByRole('button', { name: 'Back to dashboard' }).click();
    await watched.panel(1).waitFor();
    expect(watched.faults).toEqual([]);
  });
});
