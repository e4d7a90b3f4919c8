import { Random } from '../../support/random.ts';
import { answerAlone } from '../support/alone.ts';
import type { Figures } from '../support/benchmark.ts';
import { cpuMsOf } from '../support/cpu.ts';
import type { CutSubject } from './cut-subject.ts';
import { PanelcastSubject, RerunSubject } from './own-subjects.ts';
import { changedRow, type PanelRow, panelFilters, panelRow } from './panels.ts';

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
  await subject.watch(panelFilters(random, views, nodes));
  const spent: number[] = [];
  let told = 0;
  for (let cut = -1; cut < cuts; cut++) {
    const changed = nextChanges(random, rows, changes);
    const cpuMs = await cpuMsOf(() => subject.cut(changed));
    if (cut < 0) continue;
    spent.push(cpuMs);
    told += subject.rowsTold();
  }
  const median = spent.toSorted((a, b) => a - b)[cuts >> 1]!;
  return { 'CPU ms a cut': median, 'rows told a cut': told / cuts };
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
