import { expect, it } from 'vitest';
import { Random } from '../../../../backend/lib/random.ts';
import type { Beat } from '../../../../backend/probes/demo/incident.ts';
import { problemOf } from '../../../../backend/probes/demo/incident.ts';
import { buildNetwork } from '../../../../backend/probes/demo/network.ts';
import { OpenProblems } from '../../../../backend/probes/demo/open-problems.ts';

const kind = { group: 'CPU', class: 1, agent: 'test' };
const problems = buildNetwork()
  .nodes.slice(0, 12)
  .map(node => problemOf(node, kind, 'total'));

it('holds what a map of the last unresolved reports holds, whatever the order (seed 7)', () => {
  const random = new Random(7);
  const open = new OpenProblems();
  const model = new Map<string, Beat>();
  for (let step = 0; step < 5000; step++) {
    const problem = random.pick(problems);
    const severity = random.pick([0, 0, 3, 5] as const);
    const beat: Beat = { afterMs: step, problem, severity, summary: `report ${step}` };
    open.report(beat);
    if (severity === 0) model.delete(problem.identifier);
    else model.set(problem.identifier, beat);

    expect(open.size).toBe(model.size);
    for (const { identifier } of problems) expect(open.has(identifier)).toBe(model.has(identifier));
    const picked = open.pick(random);
    expect(picked?.last).toBe(picked && model.get(picked.last.problem.identifier));
  }
});

it('forgets that a problem was acknowledged once it is resolved', () => {
  const random = new Random(1);
  const open = new OpenProblems();
  const beat: Beat = { afterMs: 0, problem: problems[0]!, severity: 4, summary: 'raised' };
  open.report(beat);
  open.pick(random)!.acknowledged = true;
  open.report({ ...beat, severity: 5 });
  expect(open.pick(random)).toMatchObject({ acknowledged: true, last: { severity: 5 } });
  open.report({ ...beat, severity: 0 });
  expect(open.pick(random)).toBeUndefined();
  open.report(beat);
  expect(open.pick(random)).toMatchObject({ acknowledged: false });
});
