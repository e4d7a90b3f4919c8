import { Random } from '../../support/random.ts';
import { answerAlone } from '../support/alone.ts';
import type { Figures } from '../support/benchmark.ts';
import { cpuMsOf } from '../support/cpu.ts';
import type { CutSubject } from './cut-subject.ts';
import { PanelcastSubject, RerunSubject } from './own-subjects.ts';
import { changedRow, filterText, keeps, type PanelFilter, type PanelRow, panelFilters, panelRow } from './panels.ts';

export type SubjectName = 'panelcast' | 'rerun' | 'tanstack' | 'perspective' | 'pglite';

export interface CutInput {
  readonly subject: SubjectName;
  readonly rows: number;
  readonly views: number;
  readonly changes: number;
  /** Counted ones; one more warms up. */
  readonly cuts: number;
}

async function create(subject: SubjectName): Promise<CutSubject> {
  switch (subject) {
    case 'panelcast':
      return new PanelcastSubject();
    case 'rerun':
      return new RerunSubject();
    case 'tanstack':
      return (await import('../peers/tanstack.ts')).TanStackSubject.create();
    case 'perspective':
      return (await import('../peers/perspective.ts')).PerspectiveSubject.create();
    case 'pglite':
      return (await import('../peers/pglite.ts')).PgliteSubject.create();
  }
}

async function run({ changes, cuts, rows: count, subject: name, views }: CutInput): Promise<Figures> {
  const random = new Random(1);
  const nodes = count / 4;
  const rows = Array.from({ length: count }, (_, i) => panelRow(random, i + 1, nodes));
  const subject = await create(name);
  await subject.load(rows);
  const filters = panelFilters(random, views, nodes);
  await subject.watch(filters);
  const spent: number[] = [];
  let told = 0;
  for (let cut = -1; cut < cuts; cut++) {
    const changed = nextChanges(random, rows, changes);
    const cpuMs = await cpuMsOf(() => subject.cut(changed));
    const rowsTold = subject.rowsTold();
    if (cut < 0) continue;
    spent.push(cpuMs);
    told += rowsTold;
  }
  check(name, filters, rows, await subject.contents());
  const median = spent.toSorted((a, b) => a - b)[cuts >> 1]!;
  return { 'CPU ms a cut': median, 'rows told a cut': told / cuts };
}

/** What is fast and wrong is not compared. */
function check(
  name: SubjectName,
  filters: readonly PanelFilter[],
  rows: readonly PanelRow[],
  contents: readonly (readonly PanelRow[])[],
): void {
  filters.forEach((filter, i) => {
    const expected = contentOf(rows.filter(row => keeps(filter, row)));
    const found = contentOf(contents[i]!);
    if (found !== expected)
      throw new Error(`${name}: the view of ${filterText(filter)} holds ${found}, and should ${expected}`);
  });
}

function contentOf(rows: readonly PanelRow[]): string {
  const lines = rows.map(({ serial, severity, tally }) => `${serial}:${severity}:${tally}`);
  return lines.sort().join(' ');
}

/** Of distinct rows, in place. */
function nextChanges(random: Random, rows: PanelRow[], count: number): PanelRow[] {
  const start = random.int(rows.length);
  return Array.from({ length: count }, (_, i) => {
    const at = (start + i * 7) % rows.length;
    rows[at] = changedRow(random, rows[at]!);
    return rows[at];
  });
}

await answerAlone(import.meta.filename, run);
