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

const COUNT: Request = { metrics: [{ fn: 'count' }] };

describe('§6 flush', () => {
  it('shows a write at once, and answers with the seq of the cut', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {}, COUNT);
    lab.send({ identifier: 'x' });
    viewer.flush('f', lab.server.seq);
    expect([viewer.view('p0').rows.size, viewer.view('p1').metric]).toEqual([1, [[1]]]);
    expect(viewer.flushed).toEqual([lab.server.seq]);
    expect(viewer.asOf).toBe(lab.server.seq);
  });

  it('waits for a write that is not committed yet', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {});
    viewer.flush('f', lab.server.seq + 2);
    lab.send({ identifier: 'x' });
    lab.clock.pass(100);
    expect([viewer.flushed, viewer.view('p0').rows.size]).toEqual([[], 0]);
    lab.send({ identifier: 'y' });
    expect([viewer.flushed, viewer.view('p0').rows.size]).toEqual([[2], 2]);
    lab.clock.pass(60_000);
    expect(viewer.errors).toEqual([]);
  });

  it('says after five seconds that the write was never committed', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {});
    viewer.flush('f', 99);
    lab.clock.pass(4999);
    expect(viewer.errors).toEqual([]);
    lab.clock.pass(1);
    expect(viewer.errors).toMatchObject([
      { id: 'f', code: 'timeout', message: 'seq 99 was not committed within 5 s; the store is at 0' },
    ]);
  });

  it('brings the associated views along, in one cut and for all of their viewers', () => {
    using lab = new NotifierLab();
    const mine = join(lab, { filter: 'severity > 3' }, { filter: "site = 'lon'" });
    const theirs = join(lab, { filter: 'severity >= 4', ...COUNT }, { filter: 'severity > 3', intervalMs: 5000 });
    const others = join(lab, { filter: "site = 'nyc'" });
    lab.send({ identifier: 'a', severity: 5, site: 'lon' }, { identifier: 'b', site: 'nyc' });
    mine.flush('f', lab.server.seq);
    expect([mine.view('p0').rows.size, mine.view('p1').rows.size]).toEqual([1, 1]);
    expect([theirs.view('p0').metric, theirs.view('p1').rows.size]).toEqual([[[1]], 1]);
    expect(others.view('p0').rows.size).toBe(0);
    expect(sentCuts(lab.batches)).toHaveLength(1);
    expect([theirs.asOf, theirs.flushed]).toEqual([lab.server.seq, []]);
    lab.clock.pass(1000);
    expect(others.view('p0').rows.size).toBe(1);
  });

  it.each<[string, Request]>([
    ['rows', {}],
    ['a metric', COUNT],
    ['every change', { mode: 'all' }],
  ])('makes its views next due one full interval later, while others keep their schedule: %s', (_, request) => {
    using lab = new NotifierLab();
    const [viewer, other] = [join(lab, request), join(lab, { filter: 'severity >= 0' })];
    const times: [number[], number[]] = [[], []];
    viewer.onCut(() => times[0].push(lab.clock.now() % 60_000));
    other.onCut(() => times[1].push(lab.clock.now() % 60_000));
    lab.clock.pass(1500 - (lab.clock.now() % 60_000));
    for (let i = 0; i < 16; i++) {
      lab.send({ identifier: `e${i}` });
      if (i === 0) viewer.flush('f', lab.server.seq);
      lab.clock.pass(100);
    }
    expect(times).toEqual([
      [1500, 2500, 3000],
      [2000, 3000],
    ]);
  });

  it('coalesces with others that come together', () => {
    using lab = new NotifierLab();
    const viewers = Array.from({ length: 20 }, () => join(lab, {}));
    const waiting = viewers.slice(10);
    for (const viewer of waiting) viewer.flush('f', 1);
    lab.send({ identifier: 'x' });
    expect(sentCuts(lab.batches)).toHaveLength(1);
    lab.send({ identifier: 'y' });
    lab.notifier.tell(
      viewers.map(({ session }) => ({ type: 'flush' as const, session, id: 'g', minSeq: lab.server.seq })),
    );
    expect(sentCuts(lab.batches)).toHaveLength(2);
    expect(viewers.map(({ flushed }) => flushed.at(-1))).toEqual(viewers.map(() => 2));
  });

  it('has nothing to send when everything is sent, and still answers', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {});
    viewer.flush('f', 0);
    viewer.flush('g', 0);
    expect(viewer.flushed).toEqual([0, 0]);
    expect(sentCuts(lab.batches)).toEqual([]);
  });

  it('of a viewer that left is forgotten with its timer and its hold', () => {
    using lab = new NotifierLab({ lingerMs: 0 });
    const viewer = join(lab, {});
    viewer.flush('f', 0);
    viewer.flush('g', 99);
    lab.leave(viewer);
    lab.clock.pass(10);
    expect(lab.clock.timers).toBe(0);
  });

  it('from outside a connection waits as long for a change, and no longer', async () => {
    using lab = new NotifierLab();
    await lab.notifier.committed(0);
    const coming = lab.notifier.committed(2);
    const never = lab.notifier.committed(99);
    lab.send({ identifier: 'x' }, { identifier: 'y' });
    await coming;
    lab.clock.pass(5000);
    await expect(never).rejects.toMatchObject({
      code: 'timeout',
      message: 'seq 99 was not committed within 5 s; the store is at 2',
    });
    const stopped = lab.notifier.committed(99);
    lab.notifier.stop();
    await expect(stopped).rejects.toMatchObject({ code: 'timeout' });
    expect(lab.clock.timers).toBe(0);
  });

  it('from outside a connection names a view that nobody has open', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {});
    const own = viewer.opened.get('p0')!.view;
    expect(() => lab.notifier.flushViews([own, 'nope'])).toThrow('nobody has a view "nope" open');
  });

  it('from outside a connection cuts what is named, or everything', () => {
    using lab = new NotifierLab();
    const [one, two] = [join(lab, { filter: 'severity > 0' }), join(lab, { filter: 'severity >= 0' })];
    lab.send({ identifier: 'x', severity: 3 });
    expect(lab.notifier.flushViews([one.opened.get('p0')!.view])).toBe(lab.server.seq);
    expect([one.view('p0').rows.size, two.view('p0').rows.size]).toEqual([1, 0]);
    lab.notifier.flushViews(undefined);
    expect(two.view('p0').rows.size).toBe(1);
  });
});
