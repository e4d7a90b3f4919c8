import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import type { Viewer } from '../../support/viewer.ts';

/** The view that each request is given when all of them are open at once. */
function viewsOf(requests: readonly Request[]): string[] {
  using lab = new NotifierLab();
  const viewers = requests.map(request => {
    const viewer = lab.join();
    viewer.open('a', request);
    return viewer;
  });
  lab.settle();
  return viewers.map(viewer => {
    expect(viewer.errors).toEqual([]);
    return viewer.opened.get('a')!.view;
  });
}

function join(lab: NotifierLab, request: Request, id = 'a'): Viewer {
  const viewer = lab.join();
  viewer.open(id, request);
  lab.settle();
  return viewer;
}

describe('§1 registration: the same meaning is the same view', () => {
  it.each<[string, Request, Request]>([
    [
      'a filter spelt differently',
      { filter: "severity >= 4 AND site = 'lon'" },
      { filter: "NOT (site <> 'lon' or SEVERITY<4)" },
    ],
    ['no filter and one that keeps everything', {}, { filter: 'severity > 3 OR severity <= 3' }],
    ['another order of columns', { columns: ['node', 'severity'] }, { columns: ['severity', 'serial', 'node'] }],
    ['other names of metrics', { metrics: [{ fn: 'count', as: 'open' }] }, { metrics: [{ fn: 'count', as: 'n' }] }],
    [
      'another order of metrics and groups',
      { metrics: [{ fn: 'count' }, { fn: 'max', column: 'severity' }], groupBy: ['site', 'node'] },
      { metrics: [{ fn: 'max', column: 'severity' }, { fn: 'count' }], groupBy: ['node', 'site'] },
    ],
    ['defaults that are written out', {}, { source: 'events', table: 'events', mode: 'net', intervalMs: 1000 }],
    ['an ascending order that is written out', byNode(), byNode(false)],
    ['another interval', { intervalMs: 1000 }, { intervalMs: 5000 }],
  ])('shares for %s', (_, one, other) => {
    const [a, b] = viewsOf([one, other]);
    expect(b).toBe(a);
  });

  it.each<[string, Request, Request]>([
    ['another filter', { filter: 'severity >= 4' }, { filter: 'severity >= 5' }],
    ['other columns', { columns: ['node'] }, { columns: ['site'] }],
    ['another order of rows', byNode(), byNode(true)],
    ['another limit', { limit: 5 }, { limit: 6 }],
    ['rows and metrics', {}, { metrics: [{ fn: 'count' }] }],
    ['frames that tell something else', {}, { mode: 'all' }],
  ])('does not share for %s', (_, one, other) => {
    const [a, b] = viewsOf([one, other]);
    expect(b).not.toBe(a);
  });

  it('shares between panels of one viewer, dashboards and users with the same entitlement', () => {
    using lab = new NotifierLab();
    const [ann, bob] = ['ann', 'bob'].map(user => lab.join({ identity: { role: 'viewer', user } }));
    ann!.open('table', { filter: 'severity > 1' });
    ann!.open('again', { filter: '1 < severity' });
    bob!.open('x', { filter: 'severity >= 2' });
    lab.settle();
    expect(lab.notifier.views.size).toBe(1);
    const { view } = ann!.opened.get('table')!;
    expect([ann!.opened.get('again')!.view, bob!.opened.get('x')!.view]).toEqual([view, view]);
    expect(ann!.streams.size).toBe(1);
  });

  it('does not share between users with other entitlements, and gives each only what is his', () => {
    const rights: Record<string, string> = { ann: "site = 'lon'", bob: "site = 'nyc'", cid: "'lon' = site" };
    using lab = new NotifierLab({ entitlement: ({ user }) => rights[user!] });
    lab.send({ identifier: 'a', site: 'lon' }, { identifier: 'b', site: 'nyc' }, { identifier: 'c' });
    const [ann, bob, cid] = ['ann', 'bob', 'cid'].map(user => {
      const viewer = lab.join({ identity: { role: 'viewer', user } });
      viewer.open('a', { columns: ['identifier'] });
      return viewer;
    });
    lab.settle();
    const shown = [ann, bob, cid].map(viewer => [...viewer!.view('a').rows.values()].map(([name]) => name));
    expect(shown).toEqual([['a'], ['b'], ['a']]);
    expect(cid!.opened.get('a')!.view).toBe(ann!.opened.get('a')!.view);
    expect(bob!.opened.get('a')!.view).not.toBe(ann!.opened.get('a')!.view);
  });

  it('leaves names and order of the fields to the registration', () => {
    using lab = new NotifierLab();
    const one = join(lab, { columns: ['severity', 'node'] });
    const other = join(lab, { columns: ['node', 'severity', 'serial'] });
    expect(one.opened.get('a')!.fields.map(({ name }) => name)).toEqual(['serial', 'severity', 'node']);
    expect(other.opened.get('a')!.fields.map(({ name }) => name)).toEqual(['node', 'severity', 'serial']);
    const named = join(lab, { metrics: [{ fn: 'count', as: 'open alarms' }] });
    expect(named.opened.get('a')!.fields).toMatchObject([{ name: 'open alarms', of: 'count' }]);
  });
});

describe('§1 registration: who shares a view', () => {
  it('tells the role and how many viewers share it', () => {
    using lab = new NotifierLab();
    const first = join(lab, { filter: 'severity > 3' });
    const second = join(lab, { filter: 'severity > 3' });
    expect(first.opened.get('a')).toMatchObject({ role: 'primary', viewers: 1 });
    expect(second.opened.get('a')).toMatchObject({ role: 'secondary', viewers: 2 });
  });

  it('counts a viewer once, however many of its panels share the view', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {}, 'one');
    viewer.open('two', {});
    lab.settle();
    expect(viewer.opened.get('two')).toMatchObject({ role: 'secondary', viewers: 1 });
  });

  it('promotes the secondary that came first when the primary leaves, and tells it alone', () => {
    using lab = new NotifierLab();
    const [first, second, third] = [join(lab, {}), join(lab, {}), join(lab, {})];
    lab.leave(first);
    lab.settle();
    expect(second.opened.get('a')).toMatchObject({ role: 'primary', viewers: 2 });
    expect(third.opened.get('a')).toMatchObject({ role: 'secondary' });
  });

  it('never restarts the stream because the primary left', () => {
    using lab = new NotifierLab();
    const [first, second] = [join(lab, {}), join(lab, {})];
    const { streams, snaps } = second;
    lab.send({ identifier: 'x' });
    first.close('a');
    lab.clock.pass(2000);
    expect([...second.streams]).toEqual([...streams]);
    expect(second.snaps).toBe(snaps);
    expect(second.view('a').rows.size).toBe(1);
  });

  it('refuses an id that is already open, and a close of one that is not, by name', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, {});
    viewer.open('a', { filter: 'severity > 3' });
    viewer.close('b');
    lab.settle();
    expect(viewer.errors).toMatchObject([
      { id: 'a', code: 'conflict', message: 'open.id "a" is already open on this connection; close it first' },
      { id: 'b', code: 'not-found', message: 'close.id "b" is not open on this connection' },
    ]);
    lab.send({ identifier: 'x' });
    lab.clock.pass(1000);
    expect(viewer.view('a').rows.size).toBe(1);
  });
});

describe('§1 registration: linger', () => {
  it('keeps a view for a while after its last viewer, so that a reload costs no read of what it holds', () => {
    using lab = new NotifierLab();
    lab.send({ identifier: 'x' });
    const count = { metrics: [{ fn: 'count' as const }] };
    const before = join(lab, count);
    const { queries } = lab.notifier.counters.work('events');
    lab.leave(before);
    lab.send({ identifier: 'y' });
    lab.clock.pass(29_000);
    const after = join(lab, count);
    expect(after.opened.get('a')!.view).toBe(before.opened.get('a')!.view);
    expect(after.view('a').metric).toEqual([[2]]);
    expect(lab.notifier.counters.work('events').queries).toBe(queries);
    lab.clock.pass(60_000);
    expect(lab.notifier.views.size).toBe(1);
  });

  it.each<[string, Request]>([
    ['rows', {}],
    ['a window', { limit: 3 }],
    ['a metric', { metrics: [{ fn: 'count' }] }],
    ['a recorded metric', { metrics: [{ fn: 'count' }], historyMs: 60_000 }],
    ['every change', { mode: 'all' }],
    ['changes at once', { mode: 'immediate' }],
    ['rows by time', { filter: 'last_occurrence > now() - 1h' }],
  ])('leaves no timer, no view, no filter and no work behind: %s', (_, request) => {
    using lab = new NotifierLab();
    const viewer = join(lab, { ...request });
    lab.send({ identifier: 'x', severity: 3 });
    lab.clock.pass(1500);
    lab.leave(viewer);
    lab.clock.pass(30_010);
    expect(lab.clock.timers).toBe(0);
    expect(lab.notifier.views.size).toBe(0);
    expect(lab.notifier.views.isUsed(lab.source, 'events')).toBe(false);
    const { encodings } = lab.notifier.counters;
    const work = { ...lab.notifier.counters.work('events') };
    const batches = lab.batches.length;
    for (let i = 0; i < 20; i++) lab.send({ identifier: `x${i}`, severity: 5 });
    expect(lab.clock.timers).toBe(0);
    lab.clock.pass(60_000);
    expect(lab.notifier.counters.encodings).toBe(encodings);
    expect(lab.notifier.counters.work('events')).toEqual(work);
    expect(lab.batches).toHaveLength(batches);
    expect(lab.notifier.views.touched.size).toBe(0);
  });
});

function byNode(desc?: boolean): Request {
  return { orderBy: [{ column: 'node', ...(desc === undefined ? {} : { desc }) }], limit: 10 };
}
