import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';
import { notifierGone, refusingEveryQuery } from './support/no-answer.ts';
import { NOC } from './support/noc.ts';

const chromiumPath = findChromium();
const { critical, events, latest, major, minor, nodes, overTime, unacknowledged, warning, worstNodes } = NOC;
const GAUGES = [critical, major, minor, warning, unacknowledged, nodes];
/** What each panel says where nothing is open. */
const HEALTHY = {
  '': {
    ...Object.fromEntries(GAUGES.map(id => [id, '0'])),
    [events]: 'Nothing open',
    [NOC.bySite]: 'Nothing open',
    [worstNodes]: 'Nothing open',
    [overTime]: 'Nothing in this time',
    [latest]: 'Nothing open',
  },
  '?dashboard=panelcast-service-view': {
    1: 'Nothing in this time',
    2: 'Nothing open',
    3: 'Nothing in this time',
    4: 'Nothing open',
    5: 'Nobody',
    6: 'Nothing open',
    7: 'Nothing open',
  },
} as const;
const DASHBOARDS = Object.entries(HEALTHY);
const SAVINGS = { search: '?dashboard=panelcast-savings', stats: [1, 2, 3, 4, 5, 6] };

describe.skipIf(chromiumPath === undefined)('a dashboard without rows', { timeout: 60_000 }, () => {
  let site: PreviewSite | undefined;
  let browser: Browser | undefined;
  let watched: WatchedPage | undefined;

  beforeAll(async () => {
    await ensureBuilt();
    site = await PreviewSite.start([]);
    browser = await launchChromium(chromiumPath!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });
  afterEach(() => watched?.page.context().close());

  async function visit(search: string, prepare?: (context: BrowserContext) => Promise<void>): Promise<WatchedPage> {
    watched = await WatchedPage.open(browser!, `${site!.origin}/preview/${search}`, {
      ...(prepare && { prepare }),
      viewport: { width: 1600, height: 1700 },
    });
    return watched;
  }

  it.each(DASHBOARDS)('says so where nothing is open: %s', async (search, said) => {
    const { faults, page } = await visit(search);
    for (const [id, text] of Object.entries(said))
      await watched!.panel(Number(id)).getByText(text, { exact: true }).waitFor();
    expect(await page.getByText(/No data|Error/).count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it.each(DASHBOARDS)('never looks healthy where its queries are refused: %s', async (search, said) => {
    const { page } = await visit(search, refusingEveryQuery);
    for (const id of Object.keys(said))
      await watched!
        .panel(Number(id))
        .getByText(/Error|unknown table/)
        .first()
        .waitFor();
    expect(await page.getByText(/^(No data|Nothing .*|Nobody|0)$/).count()).toBe(0);
    const marks = page.getByTestId('data-testid Panel status error');
    expect(await marks.count()).toBe(Object.keys(said).length);
  });

  it.each(DASHBOARDS)('never looks healthy where no notifier answers: %s', async (search, said) => {
    const { page } = await visit(search, notifierGone);
    for (const id of Object.keys(said))
      await watched!
        .panel(Number(id))
        .getByText(/Error|cannot be reached/)
        .first()
        .waitFor();
    expect(await page.getByText(/^(No data|Nothing .*|Nobody|0)$/).count()).toBe(0);
  });

  it('shows no number that nobody has told', async () => {
    const { page } = await visit(SAVINGS.search, notifierGone);
    for (const id of SAVINGS.stats) await watched!.panel(id).getByText('–', { exact: true }).waitFor();
    expect(await page.getByText(/^\d+$/).count()).toBe(0);
  });
});
