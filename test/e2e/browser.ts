import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { pageScripts } from './support/page-scripts.ts';
import { Traffic } from './support/traffic.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const SHOTS = join(import.meta.dirname, 'shots');
const SCREEN = { width: 1600, height: 1250 };

/** Where Chromium is; undefined where there is none, and the browser tests are then skipped with that reason. */
export function findChromium(): string | undefined {
  return [process.env.CHROMIUM, ...PLACES].find(path => path !== undefined && existsSync(path));
}

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

export interface OpenOptions extends BrowserContextOptions {
  /** Before the page is loaded. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
}

/** A page that remembers everything that a careful person would see in the developer tools. */
export class WatchedPage {
  readonly page: Page;
  readonly traffic: Traffic;
  /** Errors and warnings of the console, exceptions, and answers of 400 and above. */
  readonly faults: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    this.traffic = new Traffic(page);
    page.on('pageerror', error => this.faults.push(`exception: ${error.stack ?? error.message}`));
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) this.faults.push(`${message.type()}: ${message.text()}`);
    });
    page.on('response', answer => {
      if (answer.status() >= 400) this.faults.push(`${answer.status()} ${answer.url()}`);
    });
  }

  /** In a browser profile of its own, as another person's. */
  static async open(browser: Browser, url: string, { prepare, ...options }: OpenOptions = {}): Promise<WatchedPage> {
    const context = await browser.newContext({ viewport: SCREEN, ...options });
    await prepare?.(context);
    const watched = new WatchedPage(await context.newPage());
    // Below the time limit of a test, so that what was waited for is told.
    watched.page.setDefaultTimeout(15_000);
    await watched.page.addInitScript(await pageScripts());
    await watched.page.goto(url);
    return watched;
  }

  /** A panel's frame, by its id in the dashboard. */
  panel(id: number) {
    return this.page.locator(`[data-viz-panel-key="panel-${id}"]`);
  }

  /** What the page found wrong with what it painted, and how many frames it looked at. */
  painted(): Promise<{ frames: number; faults: string[] }> {
    return this.page.evaluate('({ frames: watch.frames, faults: watch.faults })');
  }

  /** Kept beside the tests for people to look at; not in the repository. */
  async shot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }
}
