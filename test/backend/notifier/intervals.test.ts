import { describe, expect, it } from 'vitest';
import { notifierStatus } from '../../../backend/notifier/status.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { ThrottleKind } from '../../../backend/streams/throttle.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import { onEncoding } from '../../support/planted-source.ts';
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

/** When a viewer got its cuts, in milliseconds of the minute, while something changes every 100 ms. */
function cutTimes(lab: NotifierLab, viewer: Viewer, ms: number): number[] {
  const times: number[] = [];
  viewer.onCut(() => times.push(lab.clock.now() % 60_000));
  change(lab, ms);
  return times;
}

/** A lab in which encoding a row takes as long as `cost` says. */
function slowLab(throttle: ThrottleKind): { lab: NotifierLab; cost: { ms: number } } {
  const lab = new NotifierLab({ throttle });
  const cost = { ms: 0 };
  lab.source.replaceRow = row =>
    row.with(
      -1,
      onEncoding(() => lab.clock.spend(cost.ms)),
    );
  return { lab, cost };
}

/** Something changes every 100 ms. */
function change(lab: NotifierLab, ms: number): void {
  for (let passed = 0; passed < ms; passed += 100) {
    lab.send({ identifier: 'x' });
    lab.clock.pass(100);
  }
}

describe('§4 interval', () => {
  it('is a second by default, and aligned, whenever a panel was opened', () => {
    using lab = new NotifierLab();
    lab.clock.pass(370);
    expect(cutTimes(lab, join(lab, {}), 3000)).toEqual([1000, 2000, 3000]);
  });

  it.each([
    [0, 1000],
    [10, 1000],
    [1400, 1000],
    [1600, 2000],
    [5000, 5000],
  ])('asked for %i ms is %i ms: a multiple of the fastest, so that panels move together', (asked, given) => {
    using lab = new NotifierLab();
    const times = cutTimes(lab, join(lab, { intervalMs: asked }), 10_000);
    expect(times).toEqual(Array.from({ length: Math.floor(10_000 / given) }, (_, i) => (i + 1) * given));
  });

  it('of a slower registration decimates its stream without splitting the view', () => {
    using lab = new NotifierLab();
    const [quick, slow] = [join(lab, {}), join(lab, { intervalMs: 3000 })];
    expect(slow.opened.get('p0')).toMatchObject({ view: quick.opened.get('p0')!.view, role: 'secondary', viewers: 2 });
    expect([lab.notifier.views.size, lab.notifier.counters.work('events').queries]).toEqual([1, 2]);
    const [quickTimes, slowTimes]: number[][] = [[], []];
    quick.onCut(() => quickTimes!.push(lab.clock.now() % 60_000));
    slow.onCut(() => slowTimes!.push(lab.clock.now() % 60_000));
    for (let i = 0; i < 60; i++) {
      lab.send({ identifier: `e${i}` });
      lab.clock.pass(100);
    }
    expect([quickTimes, slowTimes]).toEqual([
      [1000, 2000, 3000, 4000, 5000, 6000],
      [3000, 6000],
    ]);
    expect(slow.view('p0').rows).toEqual(quick.view('p0').rows);
  });

  it('evaluates a metric once for both of its intervals', () => {
    using lab = new NotifierLab();
    const count: Request = { metrics: [{ fn: 'count' }] };
    const [quick, slow] = [join(lab, count), join(lab, { ...count, intervalMs: 2000 })];
    lab.send({ identifier: 'a' });
    lab.clock.pass(1000);
    expect([quick.view('p0').metric, slow.view('p0').metric]).toEqual([[[1]], [[0]]]);
    lab.clock.pass(1000);
    expect(slow.view('p0').metric).toEqual([[1]]);
    expect(lab.notifier.counters.work('events').queries).toBe(1);
  });

  it('of a dashboard is one: its panels move in one cut, however they came', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {});
    lab.clock.pass(333);
    viewer.open('later', { metrics: [{ fn: 'count' }] });
    lab.clock.pass(333);
    viewer.open('last', { filter: 'severity > 0', intervalMs: 2000 });
    lab.settle();
    const before = sentCuts(lab.batches).length;
    lab.send({ identifier: 'x', severity: 1 });
    lab.clock.pass(2000);
    const cuts = sentCuts(lab.batches).slice(before);
    expect(cuts.map(({ streams }) => streams.length)).toEqual([2, 1]);
  });
});

describe('§4 throttle adaptive', () => {
  it('grows when sweeps take too long, shows why, and recovers', () => {
    const { cost, lab } = slowLab('adaptive');
    const viewer = join(lab, {});
    const costs = [100, 600, 2000];
    const seen: string[] = [];
    viewer.onCut(({ cuts }) => {
      const { intervalMs, throttled } = cuts.at(-1)!;
      seen.push(`${intervalMs}${throttled ? `, throttled: ${lab.notifier.throttle.why}` : ''}`);
      cost.ms = costs.shift() ?? 0;
    });
    change(lab, 25_000);
    expect(seen.slice(0, 10)).toEqual([
      '1000',
      '1000',
      '1000',
      '1250, throttled: a sweep took 2000 ms of 1250',
      '2500, throttled: a sweep took 2000 ms of 1250',
      '1875, throttled: a sweep took 2000 ms of 1250',
      '1406, throttled: a sweep took 2000 ms of 1250',
      '1055, throttled: ',
      '1000',
      '1000',
    ]);
    expect(lab.notifier.throttle.why).toBe('');
    lab[Symbol.dispose]();
  });

  it('stops at half a minute, and tells viewers and status what the interval is', () => {
    const { cost, lab } = slowLab('adaptive');
    const viewer = join(lab, {});
    cost.ms = 40_000;
    change(lab, 20_000);
    expect(viewer.cuts.at(-1)).toMatchObject({ throttled: true, intervalMs: 30_000 });
    const { interval } = notifierStatus(lab.notifier, 1000);
    expect(interval).toMatchObject({ baseMs: 1000, nowMs: 30_000, throttle: 'adaptive' });
    expect(interval.why).toBe('a sweep took 40000 ms of 30000');
    lab[Symbol.dispose]();
  });

  it('recovers also when nothing changes any more', () => {
    const { cost, lab } = slowLab('adaptive');
    join(lab, {});
    cost.ms = 1500;
    lab.send({ identifier: 'x' });
    lab.clock.pass(1000);
    expect(lab.notifier.throttle.stretch).toBe(2);
    lab.clock.pass(10_000);
    expect(lab.notifier.throttle.stretch).toBe(1);
    lab[Symbol.dispose]();
  });

  it('feels what writing to the sockets takes', () => {
    using lab = new NotifierLab();
    join(lab, {});
    lab.notifier.tell([{ type: 'distributed', ms: 1200 }]);
    lab.settle();
    lab.send({ identifier: 'x' });
    lab.clock.pass(1000);
    expect(lab.notifier.throttle.stretch).toBe(2);
  });

  it('feels it also when something small was written after it, and feels it once', () => {
    using lab = new NotifierLab();
    join(lab, {});
    lab.notifier.tell([{ type: 'distributed', ms: 1200 }]);
    lab.notifier.tell([{ type: 'distributed', ms: 1 }]);
    lab.send({ identifier: 'x' });
    lab.clock.pass(1000);
    expect(lab.notifier.throttle.stretch).toBe(2);
    lab.send({ identifier: 'y' });
    lab.clock.pass(2000);
    expect(lab.notifier.throttle.stretch).toBe(1.5);
  });

  it('feels it also when panels that are sent at once are all there is', () => {
    using lab = new NotifierLab();
    join(lab, { mode: 'immediate' });
    lab.send({ identifier: 'x' });
    lab.notifier.tell([{ type: 'distributed', ms: 1200 }]);
    lab.clock.pass(1000);
    expect(lab.notifier.throttle.stretch).toBe(2);
  });
});

describe('§4 throttle patent', () => {
  it('adds one step to the pause for each sweep that exceeds the threshold, and leaves the interval alone', () => {
    const { cost, lab } = slowLab('patent');
    const viewer = join(lab, {});
    cost.ms = 501;
    for (let i = 0; i < 3; i++) {
      lab.send({ identifier: 'x' });
      lab.clock.pass(1000);
    }
    cost.ms = 0;
    lab.send({ identifier: 'x' });
    lab.clock.pass(1000);
    expect(lab.notifier.throttle.pauseMs).toBe(30);
    expect(viewer.cuts.at(-1)).toMatchObject({ throttled: true, intervalMs: 1000 });
    expect(notifierStatus(lab.notifier, 1000).interval).toMatchObject({
      pauseMs: 30,
      why: 'a sweep took 501 ms of 1000; the pause between request sets is now 30 ms',
    });
    lab[Symbol.dispose]();
  });

  it('spreads the sets of a sweep over time, and sends their cut as one', () => {
    const { cost, lab } = slowLab('patent');
    const viewer = join(lab, ...['a', 'b', 'c'].map(node => ({ filter: `node = '${node}'` })));
    const all = ['a', 'b', 'c'].map(node => ({ identifier: node, node }));
    cost.ms = 501;
    lab.send(all[0]!);
    lab.clock.pass(1000);
    cost.ms = 0;
    expect(lab.notifier.throttle.pauseMs).toBe(10);
    lab.send(...all);
    const cuts = viewer.cuts.length;
    lab.clock.pass(1000 - (lab.clock.now() % 1000) + 15);
    expect(viewer.cuts).toHaveLength(cuts);
    lab.clock.pass(10);
    expect(viewer.cuts).toHaveLength(cuts + 1);
    expect(viewer.applied).toHaveLength(3);
    lab[Symbol.dispose]();
  });
});

describe('§4 throttle off', () => {
  it('changes nothing', () => {
    const { cost, lab } = slowLab('off');
    const viewer = join(lab, {});
    cost.ms = 5000;
    lab.send({ identifier: 'x' });
    lab.clock.pass(1000);
    lab.send({ identifier: 'x' });
    lab.clock.pass(6000);
    expect(viewer.cuts.at(-1)).toMatchObject({ throttled: false, intervalMs: 1000 });
    lab[Symbol.dispose]();
  });
});
