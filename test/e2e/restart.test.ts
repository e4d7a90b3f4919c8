import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';
import { NOC, nocShown, smallNetwork } from './support/noc.ts';
import { NotifierCalls } from './support/notifier-calls.ts';

const chromiumPath = findChromium();
const SHOWN = `SELECT summary, severity, acknowledged FROM events WHERE severity >= 2
  ORDER BY severity DESC, last_occurrence DESC, serial`;
const NAMES = ['clear', 'indeterminate', 'warning', 'minor', 'major', 'critical'];

describe.skipIf(chromiumPath === undefined)('a notifier that is killed under a page', () => {
  let site: PreviewSite | undefined;
  let browser: Browser | undefined;
  let calls: NotifierCalls;

  beforeAll(async () => {
    await ensureBuilt();
    site = await PreviewSite.start([]);
    calls = new NotifierCalls(site.origin);
    browser = await launchChromium(chromiumPath!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });

  /** The event list as rows of severity, summary and whether somebody took notice. */
  async function painted({ page }: WatchedPage): Promise<string[]> {
    const rows = await page.evaluate<string[][]>(`panelRows(${NOC.events})`);
    return rows.map(row => [row[0], row[5], row[7]?.trim()].join(' ').trim()).sort();
  }

  async function stored(): Promise<string[]> {
    const rows = await calls.select(SHOWN);
    const words = rows.map(({ acknowledged, severity, summary }) => {
      return [NAMES[Number(severity)], summary, acknowledged ? '✓' : ''].join(' ').trim();
    });
    return words.sort();
  }

  it('is missed in words, and resumed with the rows that it has by then', { timeout: 60_000 }, async () => {
    await calls.send(smallNetwork(10));
    const watched = await WatchedPage.open(browser!, `${site!.origin}/preview/`);
    await nocShown(watched);
    expect(await painted(watched)).toEqual(await stored());
    await watched.page.evaluate('watchCalm()');
    const before = await painted(watched);

    await site!.kill();
    const notice = watched.panel(NOC.events).getByTestId('notice-warning');
    await notice.waitFor();
    await notice.hover();
    await watched.page
      .getByText(/Reconnecting.*this is as of \d/)
      .last()
      .waitFor();
    expect(await painted(watched)).toEqual(before);

    await site!.restart();
    const gone = "DELETE FROM events WHERE identifier = 'event-0'";
    await calls.execute(gone, []);
    await calls.execute("UPDATE events SET acknowledged = 1 WHERE identifier = 'event-2'", []);
    await calls.send([{ ...smallNetwork(1)[0]!, identifier: 'event-new', summary: 'Came meanwhile', severity: 5 }]);
    const now = await stored();
    expect(now).not.toEqual(before);
    await expect.poll(() => painted(watched)).toEqual(now);
    await notice.waitFor({ state: 'detached' });
    await watched.panel(NOC.critical).getByText('3', { exact: true }).waitFor();
    expect((await watched.painted()).faults).toEqual([]);

    // And it lives: the next edit arrives too.
    await calls.act({ action: 'acknowledge', filter: "identifier = 'event-new'" });
    await expect.poll(() => painted(watched)).toContain('critical Came meanwhile ✓');
    expect(watched.faults.filter(fault => !/net::ERR_|WebSocket/.test(fault))).toEqual([]);
  });
});
