import './support/grafana-in-node.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Way } from './plugin/cut-work.ts';
import { measureCuts } from './plugin/measure-cuts.ts';
import { measureBareOpen, measureOpen } from './plugin/measure-open.ts';
import { measurePage } from './plugin/measure-page.ts';
import type { PLANS } from './plugin/page-plan.ts';
import { PageStage } from './plugin/page-stage.ts';
import type { Benchmark, Case, Contender, Figures } from './support/benchmark.ts';

// After the hook that lets Node load what it imports.
const { measureHeap } = await import('./plugin/heap.ts');

const ROOT = join(import.meta.dirname, '../..');
const REBUILT = 'frames rebuilt from rows';
const WHOLE_ROWS = 'whole answers, objects';
const WHOLE_COLUMNS = 'whole answers, columns';
const WAYS: Readonly<Record<string, Way>> = {
  panelcast: 'live',
  [REBUILT]: 'rebuilt',
  [WHOLE_ROWS]: 'whole rows',
  [WHOLE_COLUMNS]: 'whole columns',
};

function cutCase(
  name: string,
  plan: keyof typeof PLANS,
  { peers, beaten }: { peers: readonly string[]; beaten: readonly string[] },
): Case {
  const contender = (name: string): Contender => ({ name, run: () => measureCuts(plan, WAYS[name]!) });
  const figure = 'data CPU ms a cut';
  return {
    name,
    rehearsal: false,
    contenders: [contender('panelcast'), ...peers.map(contender)],
    bars: beaten.map(peer => ({ figure, peer, max: 0.1 })),
  };
}

/** In the preview's page, whose panels are Grafana's own parts. */
function pageCase(
  name: string,
  run: (stage: PageStage) => Promise<Figures>,
  { bars, peers = [] }: { bars: NonNullable<Case['bars']>; peers?: readonly Contender[] },
): Case {
  let stage: Promise<PageStage> | undefined;
  const own: Contender = {
    name: 'panelcast',
    async run() {
      stage ??= PageStage.start();
      return run(await stage);
    },
    close: async () => void (await (await stage)?.stop()),
  };
  return { name, runs: 3, rehearsal: false, contenders: [own, ...peers], bars };
}

function ownCase(name: string, run: () => Promise<Figures>, bars: Case['bars']): Case {
  return { name, runs: 1, rehearsal: false, contenders: [{ name: 'panelcast', run }], bars: bars ?? [] };
}

const ALL = [REBUILT, WHOLE_ROWS, WHOLE_COLUMNS];

export const benchmark: Benchmark = {
  name: 'plugin',
  sentence:
    'What a page does with data at each cut, in Chromium, from the text of the messages to the frames that its panels get, as CPU of the page’s main thread; what panels draw is not in it. One peer applies the same messages to a map of rows and makes the frames of all rows anew with `MutableDataFrame`, as Grafana’s tutorial for streaming data sources does. The others get the whole answer of every panel, as a data source that is asked again does, its rows in order already: as a list of objects, which `toDataFrame` turns into columns, or as columns in Grafana’s own form, which need no work but to be read. Then the same on real pages: the preview with the built plugin, its data work beside what Grafana’s panels cost (both CPU of the main thread; the plugin’s part is its part of a profile’s samples); and how long a dashboard of 20 panels takes to open, beside a socket that does nothing but bring the same bytes.',
  cases: [
    cutCase('table of 10 000 rows, 100 changes a cut', 'table', { peers: ALL, beaten: [REBUILT, WHOLE_ROWS] }),
    cutCase('20 panels, one of them of 10 000 rows, 1 % changes a cut', 'twenty', {
      peers: ALL,
      beaten: [REBUILT, WHOLE_ROWS],
    }),
    cutCase('20 panels, five of them charts over an hour, every count changes at each cut', 'charts', {
      peers: [REBUILT],
      beaten: [REBUILT],
    }),
    pageCase('a page of that table, where the main thread’s time goes', stage => measurePage(stage, 'bench-table'), {
      bars: [{ figure: 'plugin share %', max: 10 }],
    }),
    pageCase('a page of 20 panels, the same', stage => measurePage(stage, 'bench-twenty'), {
      bars: [{ figure: 'plugin share %', max: 10 }],
    }),
    pageCase('opening 20 panels on a page without a connection', measureOpen, {
      peers: [{ name: 'a bare WebSocket, the same bytes', run: measureBareOpen }],
      bars: [
        { figure: 'sockets', max: 1 },
        { figure: 'opens', max: 20 },
        { figure: 'round trips of opens', max: 1 },
      ],
    }),
    ownCase('heap over an hour of cuts, one a second', async () => {
      const { growthMB, heapMB } = await measureHeap(2);
      return { 'heap MB': heapMB, 'growth MB': growthMB };
    }, [{ figure: 'growth MB', max: 2 }]),
    ownCase(
      'bundle',
      async () => ({ 'module.js gzip kB': gzipSync(readFileSync(join(ROOT, 'dist/module.js'))).length / 1e3 }),
      [{ figure: 'module.js gzip kB', max: 120 }],
    ),
  ],
};
