import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import type { Viewer } from '../../support/viewer.ts';

const COUNT: Request = { metrics: [{ fn: 'count' }], historyMs: 3_600_000 };

function join(lab: NotifierLab, request: Request): Viewer {
  const viewer = lab.join();
  viewer.open('a', request);
  lab.settle();
  return viewer;
}

/** One more event each ten seconds. */
function grow(lab: NotifierLab, count: number): void {
  for (let i = 0; i < count; i++) {
    lab.send({ identifier: `e${lab.server.seq}` });
    lab.clock.pass(10_000);
  }
}

/** The points of a series as [seconds before now, value]. */
function points(lab: NotifierLab, viewer: Viewer): [number, unknown][] {
  const [times, values] = viewer.view('a').series!;
  return times!.map((time, i) => [Math.round((lab.clock.now() - Number(time)) / 1000), values![i]]);
}

/** What a series says of a moment so many seconds ago. */
function valueAt(lab: NotifierLab, viewer: Viewer, secondsAgo: number): unknown {
  return points(lab, viewer).findLast(([ago]) => ago >= secondsAgo)?.[1];
}

describe('§1 time series of a metric view', () => {
  it('give a graph that is opened now the past that others watched', () => {
    using lab = new NotifierLab();
    join(lab, COUNT);
    grow(lab, 6);
    const late = join(lab, COUNT);
    expect([55, 45, 25, 5].map(ago => valueAt(lab, late, ago))).toEqual([1, 2, 4, 6]);
    expect(late.view('a').metric).toEqual([[6]]);
  });

  it('reach back as far as is asked, at most as far as somebody watched', () => {
    using lab = new NotifierLab();
    join(lab, COUNT);
    grow(lab, 12);
    const short = join(lab, { ...COUNT, historyMs: 30_000 });
    const reach = points(lab, short)[0]![0];
    expect(reach).toBeLessThanOrEqual(30);
    expect(valueAt(lab, short, 15)).toBe(11);
  });

  it('reach back for all panels of a connection as far as the one that asks for most', () => {
    using lab = new NotifierLab();
    join(lab, COUNT);
    grow(lab, 12);
    const viewer = join(lab, COUNT);
    viewer.open('short', { ...COUNT, historyMs: 30_000 });
    lab.settle();
    expect(points(lab, viewer)[0]![0]).toBeGreaterThan(100);
  });

  it('are kept for longer from when somebody wants that on, with what there is until then', () => {
    using lab = new NotifierLab();
    join(lab, COUNT);
    grow(lab, 60);
    const long: Request = { ...COUNT, historyMs: 6 * 3_600_000 };
    expect(valueAt(lab, join(lab, long), 305)).toBe(30);
    grow(lab, 1000); // nearly three hours
    const [first, ...others] = points(lab, join(lab, long));
    expect(first![0]).toBeGreaterThan(10_500);
    expect(others.at(-1)).toEqual([expect.any(Number), 1060]);
    expect(points(lab, join(lab, COUNT))[0]![0]).toBeLessThanOrEqual(3600);
  });

  it('are as fine for those who want little as if nobody wanted more', () => {
    using lab = new NotifierLab();
    join(lab, COUNT);
    join(lab, { ...COUNT, historyMs: 7 * 24 * 3_600_000 });
    grow(lab, 30);
    const values = points(lab, join(lab, COUNT)).map(([, value]) => value);
    expect(new Set(values)).toEqual(new Set(Array.from({ length: 30 }, (_, i) => i + 1)));
  });

  it('cost nothing more for those who want less', () => {
    using lab = new NotifierLab();
    join(lab, { ...COUNT, historyMs: 6 * 3_600_000 });
    grow(lab, 10);
    const { points: kept } = lab.notifier.registrar.recorder;
    join(lab, COUNT);
    join(lab, { ...COUNT, historyMs: 5 * 3_600_000 });
    expect(lab.notifier.registrar.recorder.points).toBe(kept);
  });

  it('are told apart by their groups', () => {
    using lab = new NotifierLab();
    const request: Request = { ...COUNT, groupBy: ['site'] };
    join(lab, request);
    lab.send({ identifier: 'a', site: 'lon' });
    lab.clock.pass(10_000);
    lab.send({ identifier: 'b', site: 'nyc' });
    lab.clock.pass(10_000);
    const [times, sites] = join(lab, request).view('a').series!;
    expect(new Set(sites)).toEqual(new Set(['lon', 'nyc']));
    const first = (site: string) => Number(times![sites!.indexOf(site)]);
    expect(first('nyc') - first('lon')).toBeGreaterThanOrEqual(9000);
  });

  it('are not told to who does not ask', () => {
    using lab = new NotifierLab();
    join(lab, COUNT);
    const viewer = join(lab, { metrics: [{ fn: 'count' }] });
    expect(viewer.view('a').series).toBeUndefined();
  });

  it('are read once for those who come together', () => {
    using lab = new NotifierLab();
    join(lab, COUNT);
    grow(lab, 5);
    const { queries } = lab.notifier.counters.work('events');
    const viewers = Array.from({ length: 20 }, () => {
      const viewer = lab.join();
      viewer.open('a', COUNT);
      return viewer;
    });
    const batches = lab.batches.length;
    lab.settle();
    expect(lab.notifier.counters.work('events').queries).toBe(queries);
    for (const viewer of viewers) expect(valueAt(lab, viewer, 5)).toBe(5);
    const spans = lab.batches
      .slice(batches)
      .flatMap(({ items }) => items.flatMap(item => (item.type === 'send' ? item.spans : [])));
    // What they are told is the same bytes for all: "opened", the metric and its past.
    expect(new Set(spans.map(({ from }) => from)).size).toBe(3);
  });

  it('end with the view: after its linger nothing is recorded', () => {
    using lab = new NotifierLab();
    lab.leave(join(lab, COUNT));
    lab.clock.pass(20_000);
    expect(lab.notifier.registrar.recorder.size).toBe(1);
    lab.clock.pass(11_000);
    expect(lab.notifier.registrar.recorder.size).toBe(0);
    expect(lab.clock.timers).toBe(0);
  });
});

describe('§1 a named view with a history', () => {
  it('is recorded although nobody watches', () => {
    using lab = new NotifierLab({ views: { open: COUNT } });
    grow(lab, 6);
    const viewer = join(lab, { view: 'open' });
    expect([55, 35, 5].map(ago => valueAt(lab, viewer, ago))).toEqual([1, 3, 6]);
  });

  it('goes on being recorded when its viewers have gone', () => {
    using lab = new NotifierLab({ views: { open: COUNT } });
    lab.leave(join(lab, { view: 'open' }));
    lab.clock.pass(60_000);
    grow(lab, 3);
    expect(valueAt(lab, join(lab, COUNT), 15)).toBe(2);
  });

  it('costs no read and sends nothing while it is recorded', () => {
    using lab = new NotifierLab({ views: { open: COUNT } });
    const { queries } = lab.notifier.counters.work('events');
    grow(lab, 20);
    expect(lab.notifier.counters.work('events').queries).toBe(queries);
    expect(lab.batches).toEqual([]);
  });

  it('that cannot be read is told to the log and stops no other', () => {
    using lab = new NotifierLab({ views: { broken: { ...COUNT, filter: 'colour = 1' }, open: COUNT } });
    expect(lab.faults).toMatchObject([{ what: 'named view broken', error: { code: 'bad-filter' } }]);
    expect(lab.notifier.registrar.recorder.size).toBe(1);
  });
});
