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

const recent = (request: Request = {}): Request => ({ filter: 'last_occurrence > now() - 10s', ...request });
const count: Request = { metrics: [{ fn: 'count' }] };

describe('relative time: rows move by themselves', () => {
  it('a row leaves when its time is over, at the next cut and without a change', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, recent({ columns: ['node'] }), recent(count));
    lab.send({ identifier: 'x' });
    lab.clock.pass(9900);
    expect([viewer.view('p0').rows.size, viewer.view('p1').metric]).toEqual([1, [[1]]]);
    lab.clock.pass(1100);
    expect([viewer.view('p0').rows.size, viewer.view('p1').metric]).toEqual([0, [[0]]]);
  });

  it('a row comes in when its time has come', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, { filter: 'first_occurrence < now() - 5s' });
    lab.send({ identifier: 'x' });
    lab.clock.pass(4900);
    expect(viewer.view('p0').rows.size).toBe(0);
    lab.clock.pass(1100);
    expect(viewer.view('p0').rows.size).toBe(1);
  });

  it('a row that is seen again stays, and leaves after its new time', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, recent());
    lab.send({ identifier: 'x' });
    lab.clock.pass(8000);
    lab.send({ identifier: 'x' });
    lab.clock.pass(9000);
    expect(viewer.view('p0').rows.size).toBe(1);
    lab.clock.pass(2000);
    expect(viewer.view('p0').rows.size).toBe(0);
  });

  it('an immediate panel, too, loses a row although nothing commits', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, recent({ mode: 'immediate' }), recent({ ...count, mode: 'immediate' }));
    lab.send({ identifier: 'x' });
    expect([viewer.view('p0').rows.size, viewer.view('p1').metric]).toEqual([1, [[1]]]);
    lab.clock.pass(11_000);
    expect([viewer.view('p0').rows.size, viewer.view('p1').metric]).toEqual([0, [[0]]]);
  });

  it('a joiner sees what is true now, whatever the others were last sent', () => {
    using lab = new NotifierLab();
    const early = join(lab, recent(), recent(count));
    lab.send({ identifier: 'old' });
    lab.clock.pass(10_100);
    lab.send({ identifier: 'new' });
    const late = join(lab, recent(), recent(count));
    expect([late.view('p0').rows.size, late.view('p1').metric]).toEqual([1, [[1]]]);
    lab.clock.pass(1000);
    expect(early.view('p0').rows).toEqual(late.view('p0').rows);
    expect(early.view('p1').metric).toEqual([[1]]);
  });

  it('sums are of the rows as they were when they left', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, recent({ metrics: [{ fn: 'sum', column: 'severity' }, { fn: 'count' }] }));
    lab.send({ identifier: 'a', severity: 3 }, { identifier: 'b', severity: 4 });
    lab.clock.pass(9999);
    // a changes in the very commit at which its time is over.
    lab.clock.pass(1);
    lab.write("UPDATE events SET severity = 5 WHERE identifier = 'a'");
    lab.clock.pass(1000);
    expect(viewer.view('p0').metric).toEqual([[0], [null]]);
  });

  it('a flush is right to the millisecond', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, recent());
    lab.send({ identifier: 'x' });
    lab.clock.pass(1100);
    lab.clock.pass(8900 - 5);
    viewer.flush('f', 0);
    expect(viewer.view('p0').rows.size).toBe(1);
    lab.clock.pass(5);
    viewer.flush('g', 0);
    expect(viewer.view('p0').rows.size).toBe(0);
  });

  it('costs nothing between the moments at which something moves', () => {
    using lab = new NotifierLab();
    join(lab, recent(), recent(count));
    lab.send({ identifier: 'x' }, { identifier: 'y' });
    lab.clock.pass(60_000);
    expect(sentCuts(lab.batches)).toHaveLength(2);
    expect(lab.notifier.counters.work('events').made).toBe(4);
  });

  it('a clock that is set back moves no row wrongly', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, recent(), recent(count));
    lab.send({ identifier: 'x' });
    lab.clock.pass(10_500);
    lab.clock.spend(-5000);
    lab.send({ identifier: 'y' });
    const late = join(lab, recent(), recent(count));
    lab.clock.pass(3000);
    for (const each of [viewer, late]) expect(each.view('p1').metric).toEqual([[each.view('p0').rows.size]]);
    lab.clock.pass(20_000);
    for (const each of [viewer, late]) expect([each.view('p0').rows.size, each.view('p1').metric]).toEqual([0, [[0]]]);
  });

  it('what cannot be read when its time comes is tried again', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, recent());
    lab.send({ identifier: 'x' }, { identifier: 'y' });
    let isDown = true;
    lab.source.beforeReadOne = () => {
      if (isDown) throw new Error('planted');
    };
    lab.clock.pass(12_000);
    expect(viewer.errors[0]).toMatchObject({ id: 'p0', code: 'internal' });
    expect(viewer.view('p0').rows.size).toBe(2);
    isDown = false;
    lab.clock.pass(1000);
    expect(viewer.view('p0').rows.size).toBe(0);
  });
});
