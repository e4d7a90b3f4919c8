import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import { sentCuts } from '../../support/sent-cuts.ts';
import type { Viewer } from '../../support/viewer.ts';

function join(lab: NotifierLab, options: { client?: string }, ...requests: Request[]): Viewer {
  const viewer = lab.join(options);
  requests.forEach((request, i) => {
    viewer.open(`p${i}`, request);
  });
  lab.settle();
  return viewer;
}

/** Five seconds of changes, each with a cut. */
function busyTime(lab: NotifierLab): void {
  for (let i = 0; i < 5; i++) {
    lab.send({ identifier: `e${i}`, severity: i, site: i % 2 === 0 ? 'lon' : 'nyc' });
    if (i > 0) lab.write(`DELETE FROM events WHERE identifier = 'e${i - 1}' AND serial % 2 = 1`);
    lab.clock.pass(1000);
  }
}

describe('§7 a viewer that had fallen behind', () => {
  it.each<[string, Request]>([
    ['rows', { filter: 'severity > 0' }],
    ['rows at once', { mode: 'immediate' }],
    ['the first rows of an order', { orderBy: [{ column: 'severity', desc: true }], limit: 2 }],
    ['rows by time', { filter: 'last_occurrence > now() - 2s' }],
  ])('is brought to the state of now with a snapshot that is marked: %s', (_, request) => {
    using lab = new NotifierLab();
    const [slow, quick] = [join(lab, {}, request), join(lab, {}, request)];
    slow.stall();
    busyTime(lab);
    expect(slow.cuts).toHaveLength(1);
    slow.wake();
    lab.clock.pass(1000);
    expect([slow.snaps, slow.conflations]).toEqual([2, 1]);
    expect(slow.view('p0').rows).toEqual(quick.view('p0').rows);
    busyTime(lab);
    expect(slow.view('p0').rows).toEqual(quick.view('p0').rows);
    expect(slow.snaps).toBe(2);
  });

  it('has the metric of now', () => {
    using lab = new NotifierLab();
    const request: Request = { metrics: [{ fn: 'count' }], groupBy: ['site'] };
    const [slow, quick] = [join(lab, {}, request), join(lab, {}, request)];
    slow.stall();
    busyTime(lab);
    slow.wake();
    lab.settle();
    expect(slow.view('p0').metric).toEqual(quick.view('p0').metric);
  });

  it('has the whole past of a metric again, without a hole', () => {
    using lab = new NotifierLab();
    const request: Request = { metrics: [{ fn: 'count' }], historyMs: 60_000 };
    const slow = join(lab, {}, request);
    slow.stall();
    busyTime(lab);
    busyTime(lab);
    slow.wake();
    lab.settle();
    expect(slow.view('p0').series).toEqual(join(lab, {}, request).view('p0').series);
  });

  it('is told every change that it missed, where every change is what it asked for', () => {
    using lab = new NotifierLab();
    const request: Request = { mode: 'all', columns: ['identifier'] };
    const [slow, quick] = [join(lab, {}, request), join(lab, {}, request)];
    busyTime(lab);
    slow.stall();
    busyTime(lab);
    slow.wake();
    lab.settle();
    expect(slow.view('p0').changes).toEqual(quick.view('p0').changes);
    expect([slow.snaps, slow.gaps]).toEqual([1, []]);
  });

  it('is told every change also when it fell behind before the first cut', () => {
    using lab = new NotifierLab();
    const request: Request = { mode: 'all', columns: ['identifier'] };
    const [slow, quick] = [join(lab, {}, request), join(lab, {}, request)];
    slow.stall();
    busyTime(lab);
    slow.wake();
    lab.settle();
    expect(slow.view('p0').changes).toEqual(quick.view('p0').changes);
    expect([slow.snaps, slow.gaps]).toEqual([1, []]);
  });

  it('is told of a gap where the log no longer has every change', () => {
    using lab = new NotifierLab({ logBytesMax: 60 });
    const slow = join(lab, {}, { mode: 'all', columns: ['identifier'] });
    lab.send({ identifier: 'first' });
    lab.clock.pass(1000);
    const told = lab.server.seq;
    slow.stall();
    for (let i = 0; i < 50; i++) {
      lab.send({ identifier: `e${i}` });
      lab.clock.pass(100);
    }
    slow.wake();
    lab.settle();
    const { first } = lab.server.bounds;
    expect(first).toBeGreaterThan(told + 1);
    expect(slow.gaps).toMatchObject([{ from: told + 1, to: first - 1 }]);
    const seqs = slow.view('p0').changes.map(({ seq }) => seq);
    expect(seqs).toEqual([told, ...Array.from({ length: lab.server.seq - first + 1 }, (_, i) => first + i)]);
  });

  it('gets its store-and-forward stream from where it stopped, without loss', () => {
    using lab = new NotifierLab();
    const slow = join(lab, { client: 'noc' }, { mode: 'saf' });
    busyTime(lab);
    slow.stall();
    busyTime(lab);
    slow.wake();
    lab.clock.pass(2000);
    const all = Array.from({ length: lab.server.seq }, (_, i) => i + 1);
    expect(slow.view('p0').changes.map(({ seq }) => seq)).toEqual(all);
  });

  it('sees all of its panels at one seq, those included that it opened meanwhile', () => {
    using lab = new NotifierLab();
    const slow = join(lab, {}, {}, { metrics: [{ fn: 'count' }] });
    slow.stall();
    busyTime(lab);
    slow.open('late', { filter: 'severity >= 0' });
    busyTime(lab);
    const cuts = slow.cuts.length;
    slow.wake();
    lab.settle();
    expect(slow.cuts).toHaveLength(cuts + 1);
    const { size } = slow.view('late').rows;
    expect([slow.view('p0').rows.size, slow.view('p1').metric]).toEqual([size, [[size]]]);
  });

  it('delays nobody: the cuts of the others are the same', () => {
    const timesOf = (stalls: boolean) => {
      using lab = new NotifierLab();
      const [slow, quick] = [join(lab, {}, {}), join(lab, {}, {})];
      const times: number[] = [];
      quick.onCut(() => times.push(lab.clock.now()));
      if (stalls) slow.stall();
      busyTime(lab);
      return [times, sentCuts(lab.batches).length];
    };
    expect(timesOf(true)).toEqual(timesOf(false));
  });

  it('shares what it gets with those that come back together', () => {
    using lab = new NotifierLab();
    const viewers = Array.from({ length: 50 }, () => join(lab, {}, {}));
    for (const viewer of viewers) viewer.stall();
    busyTime(lab);
    const { encodings } = lab.notifier.counters;
    for (const viewer of viewers) viewer.wake();
    lab.settle();
    expect(lab.notifier.counters.encodings).toBe(encodings + 1);
  });
});
