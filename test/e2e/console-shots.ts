/**
 * The console's screenshots in docs/: a demo network with 120 viewers, on a wallboard and a phone, light and dark.
 * `node test/e2e/console-shots.ts [origin]` of a running notifier with --demo.
 */
import { join } from 'node:path';
import { findChromium, launchChromium } from './browser.ts';
import { watch } from './support/wallboards.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const SCREENS = {
  wallboard: { viewport: { width: 1920, height: 1080 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
} as const;

const origin = process.argv[2] ?? 'http://127.0.0.1:4100';
const settleMs = Number(process.argv[3] ?? 65_000);
const chromium = findChromium();
if (chromium === undefined) throw new Error('there is no Chromium here');
const leave = new AbortController();
await watch(origin, 120, leave.signal);
const browser = await launchChromium(chromium);
const pages = [];
for (const [screen, options] of Object.entries(SCREENS))
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await (await browser.newContext({ ...options, colorScheme })).newPage();
    await page.goto(origin);
    pages.push({ page, name: `console-${screen}-${colorScheme}.png` });
  }
// A timeline of a minute takes a minute.
await new Promise(done => setTimeout(done, settleMs));
for (const { name, page } of pages) await page.screenshot({ path: join(DOCS, name) });
await browser.close();
leave.abort();
