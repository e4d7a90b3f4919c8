import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build, mergeConfig, type Plugin } from 'vite';
import { ensureBuilt } from '../../../build/ensure-built.ts';
import previewConfig from '../../../build/preview.config.ts';
import { NotifierCalls, type Row } from '../../e2e/support/notifier-calls.ts';
import { PreviewSite } from '../../support/preview-site.ts';
import { Random } from '../../support/random.ts';
import { CLASSES, DASHBOARDS } from './dashboards.ts';

const SITES = ['lon', 'par', 'nyc', 'fra', 'tyo', 'sgp'];
/** Part of the rows of each class that changes at a cut. */
const CHANGES = 0.01;
const BATCH = 1000;
/** All twenty panels are on the screen: those that are not ask nothing. */
const SCREEN = { width: 1920, height: 1500 };

let built: Promise<string> | undefined;

/** The real notifier with rows, and the preview with the real plugin and the benchmark's dashboards. */
export class PageStage {
  readonly #site: PreviewSite;
  readonly #calls: NotifierCalls;
  readonly #preview: string;
  readonly #random = new Random(7);

  private constructor(site: PreviewSite, preview: string) {
    this.#site = site;
    this.#calls = new NotifierCalls(site.origin);
    this.#preview = preview;
  }

  static async start(): Promise<PageStage> {
    built ??= buildPreview();
    const preview = await built;
    const stage = new PageStage(await PreviewSite.start([]), preview);
    for (const [index, size] of CLASSES.entries())
      for (let from = 0; from < size; from += BATCH)
        await stage.#calls.send(
          Array.from({ length: Math.min(BATCH, size - from) }, (_, i) => stage.#row(index, from + i)),
        );
    return stage;
  }

  stop(): Promise<void> {
    return this.#site.stop();
  }

  /** A page of its own profile. What the preview is made of comes from the benchmark's build, all else from the notifier. */
  async open(browser: Browser, uid: string, script = ''): Promise<Page> {
    // A document that was put in the place of the notifier's may not reach this machine without being allowed to.
    const page = await browser.newPage({ viewport: SCREEN, permissions: ['local-network-access'] });
    page.setDefaultTimeout(60_000);
    await page.route(/\/preview\/(?!plugin\/)/, async route => {
      const { pathname } = new URL(route.request().url());
      const path = join(this.#preview, pathname.slice('/preview/'.length) || 'index.html');
      await (existsSync(path) ? route.fulfill({ path }) : route.continue());
    });
    await page.addInitScript(script);
    await page.goto(`${this.#site.origin}/preview/?dashboard=${uid}`);
    await page.getByRole('navigation', { name: 'Dashboards' }).waitFor();
    return page;
  }

  /** Changes some rows of each class and has the cut with them sent; the seq that panels then show. */
  async cut(): Promise<number> {
    const rows = CLASSES.flatMap((size, index) =>
      Array.from({ length: Math.ceil(CHANGES * size) }, () => this.#row(index, this.#random.int(size))),
    );
    const { seq } = await this.#calls.send(rows);
    const { asOf } = await this.#calls.flush(seq);
    return asOf;
  }

  #row(ofClass: number, index: number): Row {
    const random = this.#random;
    const node = `node${random.int(5000)}.example.net`;
    return {
      ...{
        identifier: `${ofClass}-${index}`,
        class: ofClass,
        node,
        site: random.pick(SITES),
        severity: 1 + random.int(5),
      },
      ...{ service: `service-${random.int(31)}`, owner: random.chance(0.3) ? `operator${random.int(20)}` : null },
      summary: `Link Down ( GigabitEthernet0/0/${random.int(48)} ) on ${node}`,
    };
  }
}

/** Once for all cases of a run. */
async function buildPreview(): Promise<string> {
  await ensureBuilt();
  const dir = mkdtempSync(join(tmpdir(), 'panelcast-bench-preview-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  await build(mergeConfig(previewConfig, ownDashboards(dir)));
  return dir;
}

function ownDashboards(outDir: string) {
  const plugin: Plugin = {
    name: 'bench-dashboards',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith('/preview/dashboards/provisioned.ts')) return;
      const find = 'uid => DASHBOARDS.find(dashboard => dashboard.uid === uid) ?? DASHBOARDS[0]';
      return `export const DASHBOARDS = ${JSON.stringify(DASHBOARDS)};\nexport const findDashboard = ${find};`;
    },
  };
  return { configFile: false as const, logLevel: 'error' as const, build: { outDir }, plugins: [plugin] };
}
