import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { PreviewSite } from '../support/preview-site.ts';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';
import { RestlessNetwork, watchAgreement } from './support/agreement.ts';
import { nocShown, smallNetwork } from './support/noc.ts';
import { NotifierCalls } from './support/notifier-calls.ts';

const chromiumPath = findChromium();
const ROWS = 12;
/** `E2E_CUTS=5000 npx vitest run test/e2e/agreement.test.ts` looks for longer. */
const CUTS = Number(process.env.E2E_CUTS ?? 300);
/** Cuts come every 50 ms; a busy machine paints them late. */
const CUT_MS_MAX = 150;

describe.skipIf(chromiumPath === undefined)('panels over the same rows', () => {
  let site: PreviewSite | undefined;
  let browser: Browser | undefined;

  beforeAll(async () => {
    await ensureBuilt();
    site = await PreviewSite.start(['--interval-ms', '50ms', '--throttle', 'off', '--store', 'fast']);
    browser = await launchChromium(chromiumPath!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });

  it(
    `never disagree in any painted frame over ${CUTS} cuts`,
    async () => {
      const calls = new NotifierCalls(site!.origin);
      await calls.send(smallNetwork(ROWS));
      const watched = await WatchedPage.open(browser!, `${site!.origin}/preview/`);
      await nocShown(watched);
      await watchAgreement(watched);
      const seed = Date.now() % 1_000_000;
      const network = new RestlessNetwork(calls, seed, ROWS);
      onTestFinished(() => network.end());
      const heard = () => watched.traffic.heard.get('cut') ?? 0;
      await expect.poll(heard, { timeout: CUTS * CUT_MS_MAX, interval: 250 }).toBeGreaterThan(CUTS);
      const { faults, frames } = await watched.painted();
      const states = await watched.page.evaluate<number>('states');
      expect(faults, `seed ${seed}`).toEqual([]);
      expect(states).toBeGreaterThan(CUTS / 20);
      expect(frames).toBeGreaterThan(states);
      expect(watched.faults).toEqual([]);
    },
    30_000 + CUTS * CUT_MS_MAX,
  );
});
