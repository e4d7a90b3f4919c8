import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { measureCuts, measureHeap, type PagePlan, TABLE_PAGE, TWENTY_PANELS, type Way } from './plugin-workload.ts';
import type { Benchmark, Case, Contender, Figures } from './support/benchmark.ts';

const ROOT = join(import.meta.dirname, '../..');
const CUTS = 40;

function cutCase(name: string, plan: PagePlan, most: number): Case {
  const contender = (name: string, way: Way): Contender => ({
    name,
    async run(): Promise<Figures> {
      const { bytes, cpuMs } = await measureCuts(plan, { cuts: CUTS, seed: 1, way });
      return { 'data CPU ms a cut': cpuMs, 'text kB a cut': bytes / 1e3 };
    },
  });
  return {
    name,
    contenders: [
      contender('panelcast', 'live'),
      contender('frames rebuilt from rows', 'rebuilt'),
      contender('whole answers', 'whole'),
    ],
    bars: [
      { figure: 'data CPU ms a cut', peer: 'frames rebuilt from rows', max: most },
      { figure: 'text kB a cut', peer: 'whole answers', max: 0.1 },
    ],
  };
}

export const benchmark: Benchmark = {
  name: 'plugin',
  sentence:
    'What a page does with data at each cut, from the text of the messages to the frames that its panels get; what panels draw is not in it. One peer applies the same messages to a map of rows and makes the frames of all rows anew with `MutableDataFrame`, as Grafana’s tutorial for streaming data sources does; the other gets the whole answer of every panel, as a data source that is asked again does, its rows in order already.',
  cases: [
    cutCase('table of 10 000 rows, 100 changes a cut', TABLE_PAGE, 0.1),
    cutCase('20 panels, one of them of 10 000 rows, 1 % changes a cut', TWENTY_PANELS, 0.125),
    {
      name: 'heap over an hour of cuts, one a second',
      runs: 1,
      contenders: [
        {
          name: 'panelcast',
          async run(): Promise<Figures> {
            const plan = { ...TWENTY_PANELS, tables: [1000, 200, 100], historyMs: 3_600_000 };
            const { growthMB, heapMB } = await measureHeap(plan, 2);
            return { 'heap MB': heapMB, 'growth MB': growthMB };
          },
        },
      ],
      bars: [{ figure: 'growth MB', max: 2 }],
    },
    {
      name: 'bundle',
      runs: 1,
      contenders: [
        {
          name: 'panelcast',
          run: async () => ({ 'module.js gzip kB': gzipSync(readFileSync(join(ROOT, 'dist/module.js'))).length / 1e3 }),
        },
      ],
      bars: [{ figure: 'module.js gzip kB', max: 120 }],
    },
  ],
};
