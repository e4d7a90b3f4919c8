import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ActionAnswer } from '../../backend/protocol/row-action.ts';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';
import { NOC, nocShown, smallNetwork } from './support/noc.ts';
import { NotifierCalls } from './support/notifier-calls.ts';

const chromiumPath = findChromium();
const ROWS = 8;

interface PanelFacts {
  readonly panel: string;
  readonly view: string;
  readonly role: string;
  readonly viewers: number;
}

describe.skipIf(chromiumPath === undefined)('two pages with the same dashboard', { timeout: 60_000 }, () => {
  let site: PreviewSite | undefined;
  let browser: Browser | undefined;
  let calls: NotifierCalls;
  const open: WatchedPage[] = [];

  beforeAll(async () => {
    await ensureBuilt();
    site = await PreviewSite.start([]);
    calls = new NotifierCalls(site.origin);
    await calls.send(smallNetwork(ROWS));
    browser = await launchChromium(chromiumPath!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });
  afterEach(async () => {
    for (const { page } of open.splice(0)) await page.context().close();
  });

  async function visit(): Promise<WatchedPage> {
    const watched = await WatchedPage.open(browser!, `${site!.origin}/preview/`);
    open.push(watched);
    await nocShown(watched);
    return watched;
  }

  const facts = ({ page }: WatchedPage): Promise<PanelFacts[]> => page.evaluate('panelFacts()');

  /** How many evaluations some edits cost, each answered before the next. */
  async function costOfEdits(): Promise<number> {
    const before = await calls.metric('panelcast_evaluations_total');
    for (let i = 0; i < 6; i++) {
      const action = i % 2 === 0 ? 'acknowledge' : 'unacknowledge';
      await calls.act({ action, filter: `identifier = 'event-3'` });
    }
    return (await calls.metric('panelcast_evaluations_total')) - before;
  }

  it('are one evaluation of each view, by the notifier’s own counters', async () => {
    const first = await visit();
    const views = await calls.metric('panelcast_views');
    const panels = await calls.metric('panelcast_registrations');
    const cost = await costOfEdits();
    expect(views).toBe(panels);
    expect(cost).toBeGreaterThan(0);
    const second = await visit();
    expect(await calls.metric('panelcast_views')).toBe(views);
    expect(await calls.metric('panelcast_registrations')).toBe(2 * panels);
    expect(await costOfEdits()).toBe(cost);
    const [asked, shared] = [await facts(first), await facts(second)];
    expect(shared.map(({ view }) => view)).toEqual(asked.map(({ view }) => view));
    expect(new Set(asked.map(({ role }) => role))).toEqual(new Set(['primary']));
    expect(new Set(shared.map(({ role, viewers }) => `${role} of ${viewers}`))).toEqual(new Set(['secondary of 2']));
    await first.page.context().close();
    // Nothing changes meanwhile: a promotion is told by itself.
    const roles = async () => new Set((await facts(second)).map(({ role, viewers }) => `${role} of ${viewers}`));
    await expect.poll(roles).toEqual(new Set(['primary of 1']));
  });

  it('show an operator’s acknowledge in the same cut, the count with the row', async () => {
    const [mine, yours] = await Promise.all([visit(), visit()]);
    for (const { page } of [mine, yours])
      await page.evaluate(`watchLedger(${NOC.events}, 'Fault 7', ${NOC.unacknowledged})`);
    const done = mine.page.waitForResponse(answer => answer.url().endsWith('/api/actions'));
    await mine.panel(NOC.events).getByText('Fault 7', { exact: true }).click();
    await mine.page.getByRole('dialog').getByRole('button', { name: 'Acknowledge', exact: true }).click();
    const { asOf } = (await (await done).json()) as ActionAnswer;
    for (const { page } of [mine, yours]) {
      await page.waitForFunction('ledger.length >= 2');
      const ledger = await page.evaluate<{ asOf: number; row: string; count: string }[]>('ledger');
      expect(ledger).toHaveLength(2);
      expect(ledger[0]).toMatchObject({ count: '4', row: expect.not.stringContaining('✓') });
      expect(ledger[1]).toMatchObject({ asOf, count: '3', row: expect.stringContaining('✓') });
    }
    expect([...mine.faults, ...yours.faults]).toEqual([]);
  });
});
