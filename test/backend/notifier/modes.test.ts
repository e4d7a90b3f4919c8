import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
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

/** The same client on a new connection, going on from what it has. */
function comeBack(lab: NotifierLab, gone: Viewer): Viewer {
  const viewer = lab.join({ resume: { epoch: lab.server.epoch, seq: Math.max(0, gone.asOf) } });
  viewer.carryOn(gone);
  lab.settle();
  return viewer;
}

const severityOf = (name: string, severity: number) => ({ identifier: name, severity });

describe('§5 mode net', () => {
  it('makes one change of several to a row between two cuts', () => {
    using lab = new NotifierLab();
    join(lab, { filter: 'severity > 1', columns: ['severity'] });
    for (const severity of [2, 5, 3]) lab.send(severityOf('x', severity));
    lab.clock.pass(1000);
    const [cut] = sentCuts(lab.batches);
    expect(cut!.streams.map(({ messages }) => messages)).toMatchObject([[{ type: 'delta', upsert: [[1], [3]] }]]);
  });

  it('says nothing of a row that came and went in between', () => {
    using lab = new NotifierLab();
    join(lab, { filter: 'severity > 1' });
    lab.send(severityOf('x', 4));
    lab.send(severityOf('x', 0));
    lab.clock.pass(1000);
    expect(sentCuts(lab.batches)).toEqual([]);
  });
});

describe('§5 mode all', () => {
  it('tells every state change in order, with its seq, values after it, and before it where it left', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, { filter: 'severity > 1', columns: ['severity'], mode: 'all' });
    for (const severity of [4, 5, 0, 3]) lab.send(severityOf('x', severity));
    lab.write('DELETE FROM events');
    lab.clock.pass(1000);
    expect(viewer.view('p0').changes).toEqual([
      { seq: 1, key: 1, op: 'enter', values: [1, 4] },
      { seq: 2, key: 1, op: 'update', values: [1, 5] },
      { seq: 3, key: 1, op: 'leave', values: [1, 5] },
      { seq: 4, key: 1, op: 'enter', values: [1, 3] },
      { seq: 5, key: 1, op: 'leave', values: [1, 3] },
    ]);
    expect(viewer.cuts).toHaveLength(2);
  });

  it('starts a newcomer where its snapshot ends', () => {
    using lab = new NotifierLab();
    const early = join(lab, { mode: 'all', columns: ['node'] });
    lab.send({ identifier: 'a' });
    const late = join(lab, { mode: 'all', columns: ['node'] });
    lab.send({ identifier: 'b' });
    lab.clock.pass(1000);
    expect(early.view('p0').changes.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(late.view('p0').changes.map(({ seq }) => seq)).toEqual([2]);
    expect(late.view('p0').rows).toEqual(early.view('p0').rows);
  });

  it('tells each change once to a panel, also beside one of another interval', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, { mode: 'all' }, { mode: 'all', intervalMs: 3000 });
    for (const identifier of ['a', 'b', 'c', 'd']) {
      lab.send({ identifier });
      lab.clock.pass(1000);
    }
    lab.clock.pass(3000);
    for (const id of ['p0', 'p1']) expect(viewer.view(id).changes.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('does not wait for its interval with more than it may hold, and all of its filter goes with it', () => {
    using lab = new NotifierLab();
    const viewer = join(
      lab,
      { mode: 'all', intervalMs: 3_600_000 },
      { metrics: [{ fn: 'count' }], intervalMs: 3_600_000 },
    );
    for (let i = 0; i < 30; i++) {
      lab.send(...Array.from({ length: 500 }, (_, j) => ({ identifier: `e${i}-${j}` })));
      lab.clock.pass(100);
    }
    expect(viewer.view('p0').changes).toHaveLength(10_000);
    expect(viewer.view('p1').metric).toEqual([[10_000]]);
  });

  it('shares a view with net panels of the same request, under a name of its own', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {}, { mode: 'all' });
    expect(lab.notifier.views.size).toBe(1);
    expect(viewer.opened.get('p1')!.view).toBe(`${viewer.opened.get('p0')!.view}:all:1000`);
    expect(viewer.opened.get('p1')).toMatchObject({ role: 'secondary', viewers: 1 });
  });
});

describe('§5 mode immediate', () => {
  it('goes out when it commits', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, { mode: 'immediate' }, { metrics: [{ fn: 'count' }], mode: 'immediate' }, {});
    lab.send({ identifier: 'x' });
    expect([viewer.view('p0').rows.size, viewer.view('p1').metric, viewer.view('p2').rows.size]).toEqual([1, [[1]], 0]);
    expect(viewer.applied).toHaveLength(2);
  });

  it('is capped at 50 sends a second, each with all that came since the last', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, { mode: 'immediate', columns: ['node'] });
    const cuts: number[] = [];
    viewer.onCut(() => cuts.push(viewer.view('p0').rows.size));
    for (let i = 0; i < 1000; i++) {
      lab.send({ identifier: `e${i}` });
      lab.clock.pass(1);
    }
    lab.clock.pass(20);
    expect(cuts).toHaveLength(51);
    expect(cuts.slice(0, 3)).toEqual([1, 20, 40]);
    expect(cuts.at(-1)).toBe(1000);
  });

  it('goes out at once again after a quiet time', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, { mode: 'immediate' });
    for (const identifier of ['a', 'b']) lab.send({ identifier });
    expect(viewer.view('p0').rows.size).toBe(1);
    lab.clock.pass(40);
    lab.send({ identifier: 'c' });
    expect(viewer.view('p0').rows.size).toBe(3);
  });
});

describe('§5 resume', () => {
  it.each<Request>([
    { filter: 'severity > 1', columns: ['severity'] },
    { filter: 'severity > 1', mode: 'immediate' },
  ])('within the retained log is a difference, not a snapshot: %o', request => {
    using lab = new NotifierLab();
    lab.send(severityOf('stays', 3), severityOf('changes', 3), severityOf('leaves', 3), severityOf('deleted', 3));
    const [gone, other] = [join(lab, request), join(lab, request)];
    lab.leave(gone);
    lab.send(severityOf('changes', 5), severityOf('leaves', 0), severityOf('new', 4), severityOf('brief', 4));
    lab.write("DELETE FROM events WHERE identifier IN ('deleted', 'brief')");
    const back = comeBack(lab, gone);
    expect(back.snaps).toBe(0);
    lab.clock.pass(1000);
    expect(back.view('p0').rows).toEqual(other.view('p0').rows);
    expect(back.cuts[0]).toMatchObject({ asOf: lab.server.seq });
  });

  it('of all changes is the changes that were missed', () => {
    using lab = new NotifierLab();
    const request: Request = { filter: 'severity > 1', mode: 'all' };
    const [gone, other] = [join(lab, request), join(lab, request)];
    lab.send(severityOf('a', 4));
    lab.clock.pass(1000);
    lab.leave(gone);
    lab.send(severityOf('a', 0), severityOf('b', 5));
    lab.send(severityOf('a', 2));
    const back = comeBack(lab, gone);
    lab.send(severityOf('c', 2));
    lab.clock.pass(1000);
    expect(back.view('p0').changes).toEqual(other.view('p0').changes);
    expect([back.snaps, back.gaps]).toEqual([0, []]);
  });

  it.each<Request>([{ metrics: [{ fn: 'count' }] }, { limit: 1 }, { filter: 'last_occurrence > now() - 1h' }])(
    'is the state of now where that is small, or where time moves rows too: %o',
    request => {
      using lab = new NotifierLab();
      const [gone, other] = [join(lab, request), join(lab, request)];
      lab.leave(gone);
      lab.send({ identifier: 'x' });
      const back = comeBack(lab, gone);
      lab.clock.pass(1000);
      const [mine, theirs] = [back.view('p0'), other.view('p0')];
      expect([mine.rows, mine.metric]).toEqual([theirs.rows, theirs.metric]);
    },
  );

  it('beyond the retained log is a snapshot', () => {
    using lab = new NotifierLab({ logBytesMax: 60 });
    const gone = join(lab, {});
    lab.leave(gone);
    for (let i = 0; i < 50; i++) lab.send({ identifier: `e${i}` });
    const back = comeBack(lab, gone);
    expect([back.snaps, back.view('p0').rows.size]).toEqual([1, 50]);
  });

  it('of all changes beyond the retained log tells the gap, and then the changes after it', () => {
    using lab = new NotifierLab({ logBytesMax: 60 });
    const gone = join(lab, { mode: 'all', columns: ['node'] });
    lab.leave(gone);
    for (let i = 0; i < 50; i++) lab.send({ identifier: `e${i}` });
    const back = comeBack(lab, gone);
    const { first, head } = lab.server.bounds;
    expect(back.gaps).toMatchObject([{ from: 1, to: first - 1 }]);
    expect(back.view('p0').changes.map(({ seq }) => seq)).toEqual(
      Array.from({ length: head - first + 1 }, (_, i) => first + i),
    );
  });

  it.each<Request>([{}, { mode: 'all' }])('from a source without a log is a snapshot: %o', request => {
    using lab = new NotifierLab();
    lab.source.hasLog = false;
    const gone = join(lab, request);
    lab.leave(gone);
    lab.send({ identifier: 'x' });
    const back = comeBack(lab, gone);
    expect([back.snaps, back.gaps, back.view('p0').rows.size]).toEqual([1, [], 1]);
  });

  it.each([
    ['an epoch that has ended', { epoch: 7, seq: 1 }],
    ['a seq that was never given', { epoch: 1, seq: 99 }],
  ])('from %s is a snapshot', (_, resume) => {
    using lab = new NotifierLab();
    lab.send({ identifier: 'x' });
    const viewer = lab.join({ resume });
    lab.notifier.tell([{ type: 'open', session: viewer.session, id: 'a', request: {} }]);
    lab.settle();
    expect([viewer.snaps, viewer.view('a').rows.size]).toEqual([1, 1]);
  });

  it.each(['@bad', "FILTER('bad')", "filter ( 'bad' )"])(
    'of %s, which means something else now, is a snapshot',
    filter => {
      const filters = { bad: 'severity >= 4' };
      using lab = new NotifierLab({ filters });
      lab.send(severityOf('minor', 3), severityOf('critical', 5));
      const gone = join(lab, { filter });
      lab.leave(gone);
      filters.bad = 'severity < 4';
      lab.notifier.rehome();
      const back = comeBack(lab, gone);
      expect([...back.view('p0').rows.keys()]).toEqual([1]);
      lab.send(severityOf('clear', 0));
      lab.clock.pass(1000);
      lab.leave(back);
      lab.send(severityOf('warning', 2));
      const again = comeBack(lab, back);
      expect([again.snaps, ...again.view('p0').rows.keys()]).toEqual([0, 1, 3, 4]);
    },
  );

  it('gives a panel that was not open before a snapshot', () => {
    using lab = new NotifierLab();
    const gone = join(lab, {});
    lab.send({ identifier: 'x' });
    lab.leave(gone);
    const back = comeBack(lab, gone);
    back.open('new', { columns: ['node'] });
    lab.settle();
    expect([back.snaps, back.view('new').rows.size]).toEqual([1, 1]);
  });
});
