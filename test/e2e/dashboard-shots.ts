/**
 * The dashboards' screenshots in docs/: a demo network that many people watch, light and dark. Of a running notifier with
 * --demo: `node test/e2e/dashboard-shots.ts [origin] [settle in ms]`; a timeline of a quarter of an hour takes as long.
 */
import { join } from 'node:path';
import { findChromium, launchChromium, WatchedPage } from './browser.ts';
import { watch } from './support/wallboards.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const PLACES = {
  'dashboard-noc-dark': '?theme=dark',
  'dashboard-noc-light': '?theme=light',
  'dashboard-service-dark': '?theme=dark&dashboard=panelcast-service-view',
  'dashboard-service-light': '?theme=light&dashboard=panelcast-service-view',
  'dashboard-savings-dark': '?theme=dark&dashboard=panelcast-savings',
  'dashboard-savings-light': '?theme=light&dashboard=panelcast-savings',
} as const;

const origin = process.argv[2] ?? 'http://127.0.0.1:4100';
const settleMs = Number(process.argv[3] ?? 15 * 60_000);
const chromium = findChromium();
if (chromium === undefined) throw new Error('there is no Chromium here');
const leave = new AbortController();
await watch(origin, 120, leave.signal);
const browser = await launchChromium(chromium);
const pages = [];
for (const [name, search] of Object.entries(PLACES)) {
  const viewport = { width: 1600, height: 1000 };
  pages.push({ name, watched: await WatchedPage.open(browser, `${origin}/preview/${search}`, { viewport }) });
}
await new Promise(done => setTimeout(done, settleMs));
for (const { name, watched } of pages) await watched.page.screenshot({ path: join(DOCS, `${name}.png`) });
await browser.close();
leave.abort();
for (const { name, watched } of pages) for (const fault of watched.faults) process.stderr.write(`${name}: ${fault}\n`);
