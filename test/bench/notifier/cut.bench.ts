import { join } from 'node:path';
import { installPeers } from '../peers/install.ts';
import { runAlone } from '../support/alone.ts';
import type { Benchmark, Case, Contender } from '../support/benchmark.ts';
import { sized } from '../support/sizes.ts';
import type { CutInput, SubjectName } from './cut-workload.ts';

const NAMES: Readonly<Record<SubjectName, string>> = {
  panelcast: 'panelcast',
  rerun: 'every SELECT again, SQLite in memory',
  tanstack: 'TanStack DB',
  perspective: 'Perspective',
  pglite: 'PGlite live queries',
};
const ROWS = sized(10_000, 4000);
const CUTS = sized(9, 2);

function contender(subject: SubjectName, views: number, name = NAMES[subject]): Contender {
  return {
    name,
    run() {
      installPeers();
      const input: CutInput = { subject, views, rows: ROWS, changes: 1000, cuts: subject === 'pglite' ? 3 : CUTS };
      return runAlone(join(import.meta.dirname, 'cut-workload.ts'), input);
    },
  };
}

function cut(views: number, peers: readonly SubjectName[]): Case {
  return {
    name: `1000 changes and a cut, ${views} views`,
    runs: sized(3, 1),
    rehearsal: false,
    contenders: [
      contender('panelcast', views),
      contender('panelcast', 0, 'panelcast, nobody watching'),
      ...peers.map(peer => contender(peer, views)),
    ],
  };
}

export const benchmark: Benchmark = {
  name: 'notifier/cut',
  sentence: `A whole cut over ${ROWS} rows: 1000 changed rows are stored and every view’s watcher is told. The same rows of ten columns and the same views (conjunctions of equality, IN, ranges, prefixes) for everybody, and at the end what every watcher has is checked row by row. Ours has all of its way in it: the events table with its capture and its log, matching, cut and JSON; “nobody watching” is the store’s share. What is told: ours and TanStack the changed rows, PGlite and SQLite whole results, Perspective that a view has changed.`,
  cases: sized(
    [
      cut(100, ['rerun', 'tanstack', 'perspective', 'pglite']),
      cut(1000, ['rerun', 'tanstack', 'perspective']),
      cut(10_000, ['rerun']),
    ],
    [cut(20, ['rerun', 'tanstack', 'perspective', 'pglite'])],
  ),
};
