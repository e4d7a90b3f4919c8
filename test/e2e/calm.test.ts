import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';
import { NOC, nocShown } from './support/noc.ts';

const chromiumPath = findChromium();
/** Lower than the dashboard, so that a part of it can be scrolled away. */
const LOW_SCREEN = { width: 1600, height: 700 };
/** Of the service view: the worst severity of each service. */
const SERVICES = 2;

describe.skipIf(chromiumPath === undefined)('a page that is used', { timeout: 60_000 }, () => {
  let site: PreviewSite | undefined;
  let browser: Browser | undefined;
  let watched: WatchedPage;

  beforeAll(async () => {
    await ensureBuilt();
    site = await PreviewSite.start(['--demo', '--interval-ms', '200ms']);
    browser = await launchChromium(chromiumPath!);
    // One page for all: what it is put through adds up.
    watched = await WatchedPage.open(browser, `${site.origin}/preview/`, { viewport: LOW_SCREEN });
    await watched.panel(NOC.critical).waitFor();
    await scrollTo('bottom');
    await watched.panel(NOC.overTime).locator('canvas').waitFor();
    await scrollTo('top');
    await nocShown(watched);
    await watched.page.evaluate('watchCalm()');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });

  const scrollTo = (place: 'top' | 'bottom') =>
    watched.page.evaluate(`scrollTo(0, ${place === 'top' ? 0 : 'document.body.scrollHeight'})`);

  /** Some more cuts have been painted, the page having come to rest. */
  async function cutsPass(): Promise<void> {
    const { heard } = watched.traffic;
    const before = heard.get('cut') ?? 0;
    await expect.poll(() => heard.get('cut') ?? 0).toBeGreaterThan(before + 2);
  }

  async function expectCalm(): Promise<void> {
    const { faults, frames } = await watched.painted();
    expect(faults).toEqual([]);
    expect(frames).toBeGreaterThan(30);
    expect(watched.traffic.sockets).toBe(1);
    expect([...watched.traffic.opens].filter(([, times]) => times > 1)).toEqual([]);
    expect(watched.traffic.said.filter(({ type }) => type === 'close')).toEqual([]);
    expect(watched.faults).toEqual([]);
  }

  it('asks nothing again and never blinks when it is refreshed', async () => {
    const refresh = watched.page.getByTestId('data-testid RefreshPicker run button');
    const [said, calls] = [watched.traffic.said.length, watched.traffic.calls.length];
    for (let i = 0; i < 10; i++) await refresh.click();
    await cutsPass();
    expect(watched.traffic.said.slice(said).filter(({ type }) => type === 'open')).toEqual([]);
    expect(watched.traffic.calls.slice(calls)).toEqual([]);
    await expectCalm();
  });

  it('asks nothing again and never blinks when the time range changes', async () => {
    const picker = watched.page.getByTestId('data-testid TimePicker Open Button');
    const opens = watched.traffic.opens.size;
    for (const range of ['Last 5 minutes', 'Last 1 hour', 'Last 30 minutes']) {
      await picker.click();
      await watched.page.getByText(range, { exact: true }).first().click();
      await picker.getByText(range).waitFor();
      await cutsPass();
    }
    expect(watched.traffic.opens.size).toBe(opens);
    await expectCalm();
  });

  it('shows panels that were scrolled away as they are by now, at once', async () => {
    for (let i = 0; i < 3; i++) {
      await scrollTo('bottom');
      await watched.panel(NOC.latest).getByRole('log').waitFor();
      await cutsPass();
      await scrollTo('top');
      await watched.panel(NOC.critical).getByText(/^\d+$/).first().waitFor();
      await cutsPass();
    }
    await expectCalm();
  });

  it('goes to another dashboard and back on one connection, and what it has shown is there at once', async () => {
    const { page } = watched;
    for (let i = 0; i < 3; i++) {
      await page.getByRole('link', { name: 'Service view', exact: true }).click();
      await page.getByRole('main', { name: 'Service view' }).waitFor();
      await watched.panel(SERVICES).getByText('critical').first().waitFor();
      await cutsPass();
      await page.getByRole('link', { name: 'NOC overview', exact: true }).click();
      await page.getByRole('main', { name: 'NOC overview' }).waitFor();
      await nocShown(watched);
      await cutsPass();
    }
    await expectCalm();
  });
});
