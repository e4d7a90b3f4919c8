import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { Row } from '../../../backend/protocol/schema.ts';
import { checkHistories } from '../../support/history.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import { onEncoding } from '../../support/planted-source.ts';
import type { Random } from '../../support/random.ts';
import { sentCuts } from '../../support/sent-cuts.ts';
import type { Viewer } from '../../support/viewer.ts';

function join(lab: NotifierLab, ...requests: Request[]): Viewer {
  const viewer = lab.join();
  requests.forEach((request, i) => {
    viewer.open(`p${i}`, request);
  });
  lab.settle();
  return viewer;
}

/** A lab whose sweeps pause between filter sets, because one was slow. */
function pausingLab(): NotifierLab {
  const lab = new NotifierLab({ throttle: 'patent' });
  const slow = join(lab, { filter: "site = 'slow'" });
  lab.source.replaceRow = row => [...row.slice(0, -1), onEncoding(() => lab.clock.spend(600))] as Row;
  lab.send({ identifier: 'slow', site: 'slow' });
  lab.clock.pass(1000);
  lab.source.replaceRow = row => row;
  lab.leave(slow);
  lab.clock.pass(1000);
  expect(lab.notifier.throttle.pauseMs).toBe(10);
  return lab;
}

const FILTERS = ['severity >= 4', "site = 'lon'", 'tally > 1'];
const SHAPES = {
  rows: {},
  all: { mode: 'all' },
  count: { metrics: [{ fn: 'count' }] },
} satisfies Record<string, Request>;

describe('§3 cut, distribute, commit', () => {
  it('leaves out what is committed while the sweep pauses, and sends it with the next cut', () => {
    using lab = pausingLab();
    const viewer = join(lab, ...['lon', 'nyc', 'sgp'].map(site => ({ filter: `site = '${site}'`, columns: ['site'] })));
    lab.send({ identifier: 'a', site: 'lon' }, { identifier: 'b', site: 'nyc' }, { identifier: 'c', site: 'sgp' });
    const asOf = lab.server.seq;
    const cuts = viewer.cuts.length;
    lab.clock.pass(1000 - (lab.clock.now() % 1000) + 5);
    expect(viewer.cuts).toHaveLength(cuts);
    for (const site of ['lon', 'nyc', 'sgp']) lab.send({ identifier: `late ${site}`, site });
    lab.write("DELETE FROM events WHERE identifier = 'c'");
    lab.clock.pass(100);
    expect(viewer.cuts.at(-1)).toMatchObject({ asOf });
    expect(['p0', 'p1', 'p2'].map(id => viewer.view(id).rows.size)).toEqual([1, 1, 1]);
    lab.clock.pass(1100);
    expect(viewer.cuts.at(-1)).toMatchObject({ asOf: lab.server.seq });
    expect(['p0', 'p1', 'p2'].map(id => viewer.view(id).rows.size)).toEqual([2, 2, 1]);
    expect(viewer.cuts).toHaveLength(cuts + 2);
  });

  it('finishes a sweep that is under way before anything newer goes out', () => {
    using lab = pausingLab();
    const viewer = join(lab, { filter: "site = 'lon'" }, { filter: "site = 'nyc'" });
    lab.send({ identifier: 'a', site: 'lon' }, { identifier: 'b', site: 'nyc' });
    lab.clock.pass(1000 - (lab.clock.now() % 1000) + 2);
    lab.send({ identifier: 'c', site: 'lon' });
    join(lab, { filter: "site = 'lon'" });
    viewer.flush('f', lab.server.seq);
    expect(viewer.cuts.slice(-2).map(({ asOf }) => asOf)).toEqual([lab.server.seq - 1, lab.server.seq]);
    const all = sentCuts(lab.batches).map(({ facts }) => facts.asOf);
    expect(all).toEqual([...all].sort((a, b) => a - b));
  });

  it('encodes the metrics of a set before its rows', () => {
    using lab = new NotifierLab();
    join(
      lab,
      { filter: 'severity > 1' },
      { filter: 'severity > 1', metrics: [{ fn: 'count' }] },
      {},
      {
        metrics: [{ fn: 'count' }],
      },
    );
    lab.send({ identifier: 'x', severity: 4 });
    lab.clock.pass(1000);
    const types = sentCuts(lab.batches)[0]!.streams.map(({ messages }) => messages[0]!.type);
    expect(types).toEqual(['metric', 'delta', 'metric', 'delta']);
  });

  it('starts each sweep one set further, so that none is always the last', () => {
    using lab = new NotifierLab();
    join(lab, ...['a', 'b', 'c'].map(node => ({ filter: `node = '${node}'`, columns: ['node'] })));
    for (let i = 0; i < 4; i++) {
      lab.send(...['a', 'b', 'c'].map(node => ({ identifier: `${node}${i}`, node })));
      lab.clock.pass(1000);
    }
    const firsts = sentCuts(lab.batches).map(({ streams }) => streams.map(({ id }) => id));
    const [one, two, three] = firsts[0]!;
    expect(firsts).toEqual([
      [one, two, three],
      [two, three, one],
      [three, one, two],
      [one, two, three],
    ]);
  });

  it('has one cut message for a viewer, however many of its views moved', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {}, { metrics: [{ fn: 'count' }] }, { filter: 'severity > 2' }, { limit: 2 });
    lab.send({ identifier: 'x', severity: 4 });
    lab.clock.pass(1000);
    expect(viewer.cuts).toHaveLength(2);
    expect(viewer.applied).toHaveLength(4);
    expect(viewer.cuts[1]).toEqual({ asOf: lab.server.seq, epoch: 1, intervalMs: 1000, throttled: false });
  });

  it('may have its deltas applied twice', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, { filter: 'severity > 2' }, { metrics: [{ fn: 'count' }] });
    const twice = join(lab, { filter: 'severity > 2' }, { metrics: [{ fn: 'count' }] });
    for (let i = 0; i < 20; i++) {
      lab.send({ identifier: `e${i % 7}`, severity: i % 6 }, { identifier: `e${(i * 3) % 7}`, severity: (i * 5) % 6 });
      lab.clock.pass(1000);
      const again = sentCuts(lab.batches).at(-1)!;
      twice.receive(again.streams.flatMap(({ messages }) => messages as ServerMessage[]));
      twice.cut(again.facts);
      expect(twice.view('p0').rows).toEqual(viewer.view('p0').rows);
      expect(twice.view('p1').metric).toEqual(viewer.view('p1').metric);
    }
  });

  it('gives a late joiner the state of now, whatever is pending for the others', () => {
    using lab = new NotifierLab();
    const early = join(lab, { filter: 'severity > 2', columns: ['severity'] });
    lab.send({ identifier: 'stays', severity: 3 }, { identifier: 'goes', severity: 5 });
    lab.clock.pass(300);
    const late = join(lab, { filter: 'severity > 2', columns: ['severity'] });
    expect(late.view('p0').rows.size).toBe(2);
    expect(early.view('p0').rows.size).toBe(0);
    lab.write("DELETE FROM events WHERE identifier = 'goes'");
    lab.clock.pass(1000);
    expect(late.view('p0').rows).toEqual(early.view('p0').rows);
    expect(late.view('p0').rows.size).toBe(1);
  });

  it('brings the other panels of the same filter along when a viewer opens one more', () => {
    using lab = new NotifierLab();
    const [viewer, other] = [join(lab, { metrics: [{ fn: 'count' }] }), join(lab, {}, { metrics: [{ fn: 'count' }] })];
    lab.send({ identifier: 'x' });
    viewer.open('rows', {});
    lab.settle();
    expect(viewer.view('rows').rows.size).toBe(1);
    expect(viewer.view('p0').metric).toEqual([[1]]);
    expect([other.view('p0').rows.size, other.view('p1').metric]).toEqual([1, [[1]]]);
  });
});

type Step =
  | { readonly do: 'put'; readonly id: number; readonly site: string; readonly severity: number }
  | { readonly do: 'delete'; readonly id: number }
  | {
      readonly do: 'open' | 'close' | 'flush' | 'stall' | 'wake';
      readonly viewer: number;
      readonly filter: string;
      readonly shape: keyof typeof SHAPES;
    }
  | { readonly do: 'pass'; readonly ms: number };

function step(random: Random): Step {
  const roll = random.int(10);
  const of = {
    viewer: random.int(3),
    filter: random.pick(FILTERS),
    shape: random.pick(['rows', 'all', 'count'] as const),
  };
  if (roll < 4) return { do: 'put', id: random.int(12), site: random.pick(['lon', 'nyc']), severity: random.int(6) };
  if (roll < 5) return { do: 'delete', id: random.int(12) };
  if (roll < 8) return { do: random.pick(['open', 'open', 'open', 'close', 'flush', 'stall', 'wake'] as const), ...of };
  return { do: 'pass', ms: random.pick([1, 6, 400, 1000]) };
}

/** A table and the number beside it, for every filter of which the viewer has both. */
function checkPairs({ opened, requests, views }: Viewer): void {
  const held = (id: string) => (requests.has(id) ? views.get(opened.get(id)?.view ?? '') : undefined);
  for (const filter of FILTERS) {
    const count = held(`count ${filter}`)?.metric?.[0]?.[0];
    for (const shape of ['rows', 'all']) {
      const rows = held(`${shape} ${filter}`);
      if (rows !== undefined && count !== undefined) expect(rows.rows.size, `${shape} ${filter}`).toBe(count);
    }
  }
}

function run(steps: readonly Step[]): void {
  using lab = new NotifierLab();
  const faults: unknown[] = [];
  const viewers = [0, 1, 2].map(() => lab.join());
  for (const viewer of viewers) {
    viewer.onCut(() => {
      try {
        checkPairs(viewer);
      } catch (error) {
        faults.push(error);
      }
    });
  }
  for (const step of steps) {
    if (step.do === 'put') lab.send({ identifier: `e${step.id}`, site: step.site, severity: step.severity });
    else if (step.do === 'delete') lab.write(`DELETE FROM events WHERE identifier = 'e${step.id}'`);
    else if (step.do === 'pass') lab.clock.pass(step.ms);
    else {
      const viewer = viewers[step.viewer]!;
      const id = `${step.shape} ${step.filter}`;
      if (step.do === 'flush') viewer.flush('f', lab.server.seq);
      else if (step.do === 'stall') viewer.stall();
      else if (step.do === 'wake') viewer.wake();
      else if (step.do === 'open' && !viewer.requests.has(id))
        viewer.open(id, { filter: step.filter, ...SHAPES[step.shape] });
      else if (step.do === 'close' && viewer.opened.has(id)) viewer.close(id);
    }
    if (faults.length > 0) throw faults[0];
  }
}

describe('§3 the invariant of a dashboard', () => {
  it('rows(view) == count metric(view) in every committed cut, with flushes and newcomers in between', () => {
    checkHistories<Step>({
      seed: Number(process.env.TEST_SEED ?? 1),
      count: 100,
      generate: random => Array.from({ length: 80 }, () => step(random)),
      run,
    });
  });
});
