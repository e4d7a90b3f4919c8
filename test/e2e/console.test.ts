import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Request } from '../../backend/protocol/request.ts';
import { NotifierProcess } from '../support/notifier-process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { findChromium, launchChromium } from './browser.ts';
import { openViewer } from './support/wallboards.ts';

const chromiumPath = findChromium();
if (chromiumPath === undefined) process.stdout.write('no Chromium here: the browser tests are skipped\n');

const CRITICAL: Request = { filter: 'severity = 5 AND tally > 0', metrics: [{ fn: 'count' }] };
/** Those before it began are told too. */
const COUNT_SHIFTS = `window.shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(({ value }) => (window.shift += value)))
    .observe({ type: 'layout-shift', buffered: true })`;
const WALLBOARD = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };

describe.skipIf(chromiumPath === undefined)('the console in Chromium', { timeout: 60_000 }, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(chromiumPath!);
  });
  afterAll(() => browser.close());

  /** A page on a notifier, with everything that its developer tools would complain about. */
  async function visit(
    origin: string,
    { colorScheme = 'dark', viewport = WALLBOARD }: { colorScheme?: 'dark' | 'light'; viewport?: typeof PHONE } = {},
  ): Promise<{ page: Page; faults: string[] }> {
    const context = await browser.newContext({ colorScheme, viewport });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', error => faults.push(error.stack ?? error.message));
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) faults.push(message.text());
    });
    await page.goto(origin);
    return { page, faults };
  }

  /** Another viewer, gone at the end of the test or when told. */
  async function join(origin: string, requests: Readonly<Record<string, Request>>): Promise<() => void> {
    const leave = new AbortController();
    onTestFinished(() => leave.abort());
    await openViewer(origin, requests, leave.signal);
    return () => leave.abort();
  }

  const live = (page: Page) => page.locator('#state[data-state="live"]').waitFor();
  const hasFocus = (target: Locator) => target.and(target.page().locator(':focus')).isVisible();
  const number = (page: Page, id: string) => page.locator(`#${id}`).filter({ hasText: /\d/ }).waitFor();

  it('shows the numbers, the sweeps, the events and the store, without a fault', async () => {
    const { origin } = await NotifierProcess.serve(tempDir(), ['--demo']);
    const { faults, page } = await visit(origin);
    await live(page);
    for (const id of ['viewers', 'panels', 'changes', 'interval', 'saved-now', 'facts']) await number(page, id);
    await page.locator('#health[data-level="good"]').getByText('All well').waitFor();
    await page.locator('#timeline rect.busy').nth(2).waitFor();
    expect(await page.locator('#sweep').innerText()).toMatch(/sweep \d+ at .* as of seq [\d,]+: \d+ request set/);
    await page.locator('#latest li').first().waitFor();
    expect(await page.locator('#severities li').count()).toBe(6);
    expect(await page.locator('#store').innerText()).toMatch(/durable[\s\S]*Table events\s+[\d,]+ rows/);
    expect(await page.locator('#refused').innerText()).toContain('Nothing since the start');
    expect(faults).toEqual([]);
  });

  it('says what to do where nobody but itself is registered', async () => {
    const { origin } = await NotifierProcess.serve(tempDir());
    const { page } = await visit(origin);
    await page.getByText('Nothing but this console is registered.').waitFor();
    expect(await page.locator('#sets-empty').innerText()).toContain('panelcast tail');
    await page.getByText('No major or critical event.').waitFor();
    expect(await page.locator('#demo').isVisible()).toBe(false);
    await join(origin, { gauge: CRITICAL });
    await page.locator('#sets-empty').waitFor({ state: 'hidden' });
  });

  it('shows a set with its primary, a secondary when it comes, and the promotion when the primary goes', async () => {
    const { origin } = await NotifierProcess.serve(tempDir());
    const { page } = await visit(origin);
    const leave = await join(origin, { first: CRITICAL });
    await page.getByRole('button', { name: 'severity = 5 AND tally > 0' }).click();
    const view = page.locator('.members').getByRole('listitem');
    await view.getByText(/primary \d+\/first, no secondary/).waitFor();
    await join(origin, { second: { ...CRITICAL, filter: 'tally >= 1 AND severity IN (5)' } });
    await view.getByText(/primary \d+\/first, 1 secondary: \d+\/second/).waitFor();
    await view.getByText('2 viewers').waitFor();
    leave();
    await view.getByText(/primary \d+\/second, no secondary/).waitFor();
  });

  it('finds and sorts sets, and hides its own until they are asked for', async () => {
    const { origin } = await NotifierProcess.serve(tempDir());
    const { page } = await visit(origin);
    await join(origin, { a: CRITICAL, b: { filter: "site = 'lon'" } });
    const filters = page.locator('tbody .filter');
    await page.getByRole('button', { name: "site = 'lon'" }).waitFor();
    expect((await filters.allInnerTexts()).join()).not.toContain('all sweeps');
    await page.getByLabel('Also what asks about the notifier itself').check();
    await filters.getByText('all sweeps').waitFor();
    await page.getByLabel('Find').fill('LON');
    expect(await filters.allInnerTexts()).toEqual(["site = 'lon'"]);
    await page.getByLabel('Find').fill('');
    await page.getByRole('columnheader', { name: 'Filter' }).getByRole('button').click();
    const names = await filters.allInnerTexts();
    expect(names.length).toBeGreaterThan(8);
    expect(await page.locator('th[aria-sort="ascending"]').innerText()).toContain('Filter');
    expect(names.indexOf("site = 'lon'")).toBeGreaterThan(names.findIndex(name => name.startsWith('severity = 5')));
  });

  it('drives the demo network: a storm, and its rate', async () => {
    const { origin } = await NotifierProcess.serve(tempDir(), ['--demo']);
    const { faults, page } = await visit(origin);
    await page.getByRole('button', { name: 'Start a storm' }).click();
    await page.getByText(/has died: watch what follows/).waitFor();
    const rate = page.getByRole('slider', { name: 'Events a second' });
    await rate.fill('50');
    await page.locator('#demo-answer').getByText('100 events a second.').waitFor();
    expect(await page.locator('#demo-rate-value').innerText()).toBe('100');
    expect(faults).toEqual([]);
  });

  it('can be used with the keyboard alone', async () => {
    const { origin } = await NotifierProcess.serve(tempDir());
    const { page } = await visit(origin);
    await join(origin, { gauge: CRITICAL });
    const filter = page.getByRole('button', { name: 'severity = 5 AND tally > 0' });
    await filter.waitFor();
    await page.locator('#timeline rect.busy').nth(2).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the request sets');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('sets');
    for (let i = 0; i < 20 && !(await hasFocus(filter)); i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText(/primary \d+\/gauge/).waitFor();
    expect(await filter.getAttribute('aria-expanded')).toBe('true');
    expect(await hasFocus(filter)).toBe(true);
    const sweep = page.getByRole('slider', { name: 'Sweep' });
    await sweep.focus();
    const latest = await sweep.getAttribute('aria-valuetext');
    await page.keyboard.press('Home');
    const first = await sweep.getAttribute('aria-valuetext');
    expect(first).toMatch(/^sweep \d+/);
    expect(first).not.toBe(latest);
    await page.keyboard.press('Escape');
    expect(await sweep.getAttribute('aria-valuetext')).toMatch(/^Latest/);
    await page.getByRole('button', { name: /Auto/ }).press('Enter');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
  });

  it.each([
    ['light', WALLBOARD],
    ['dark', WALLBOARD],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)('has nothing in %s at %o that keeps somebody out', async (colorScheme, viewport) => {
    const { origin } = await NotifierProcess.serve(tempDir(), ['--demo']);
    const { page } = await visit(origin, { colorScheme, viewport });
    await join(origin, { gauge: CRITICAL });
    await page.getByRole('button', { name: 'severity = 5 AND tally > 0' }).click();
    await page.locator('#latest li').first().waitFor();
    await page.locator('#timeline rect.busy').first().waitFor();
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate('axe.run()').then(result => result as axe.AxeResults);
    expect(violations.map(({ help, id, nodes }) => [id, help, ...nodes.map(({ html }) => html)])).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
  });

  it.each([WALLBOARD, PHONE])('does not move about while it fills, at %o', async viewport => {
    const { origin } = await NotifierProcess.serve(tempDir(), ['--demo']);
    const { page } = await visit(origin, { viewport });
    await page.evaluate(COUNT_SHIFTS);
    await page.locator('#timeline rect.busy').nth(3).waitFor();
    // Above 0.1 a page counts as unsteady.
    expect(await page.evaluate('shift')).toBeLessThan(0.05);
  });

  it('asks once for the token where there is one, and says when it is not the right one', async () => {
    const { origin } = await NotifierProcess.serve(tempDir(), ['--demo'], { PANELCAST_TOKEN: 'open-sesame' });
    const { page } = await visit(origin);
    const dialog = page.getByRole('dialog', { name: 'This notifier needs its token' });
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('Escape');
      await dialog.waitFor();
    }
    await dialog.getByLabel('Token').fill('wrong');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await dialog.getByText('the token is not the right one').waitFor();
    await dialog.getByLabel('Token').fill('open-sesame');
    await page.keyboard.press('Enter');
    await live(page);
    await page.getByRole('button', { name: 'Start a storm' }).click();
    await page.getByText(/has died/).waitFor();
    await page.reload();
    await live(page);
    expect(await dialog.isVisible()).toBe(false);
    expect(page.url()).not.toContain('sesame');
  });

  it('says that the notifier has stopped, and is live again when it is back', async () => {
    const data = tempDir();
    const first = await NotifierProcess.serve(data);
    const { page } = await visit(first.origin);
    await live(page);
    first.child.kill('SIGTERM');
    await page.locator('#state[data-state="stopped"], #state[data-state="lost"]').waitFor();
    expect(await page.locator('#health').innerText()).toContain('as of the last cut');
    await first.ended;
    await NotifierProcess.serve(data, ['--port', new URL(first.origin).port]);
    await live(page);
    await page.locator('#health[data-level="good"]').waitFor();
  });
});
