import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import type { Viewer } from '../../support/viewer.ts';

function join(lab: NotifierLab, request: Request): Viewer {
  const viewer = lab.join();
  viewer.open('a', request);
  lab.settle();
  return viewer;
}

function identifiers(viewer: Viewer): unknown[] {
  const held = viewer.view('a');
  const at = held.fields.findIndex(({ name }) => name === 'identifier');
  return [...held.rows.values()].map(row => row[at]).sort();
}

describe('§1 named filters and views', () => {
  it('are expanded before comparison, so that a name never splits a set', () => {
    using lab = new NotifierLab({
      filters: { bad: 'severity >= 4', local: "@bad AND site = 'lon'" },
      views: { wall: { filter: '@bad', columns: ['node'] }, london: { view: 'wall', filter: "site = 'lon'" } },
    });
    const same = (...requests: Request[]) => {
      const views = requests.map(request => join(lab, request).opened.get('a')!.view);
      expect(new Set(views).size, JSON.stringify(requests)).toBe(1);
    };
    same({ filter: '@local' }, { filter: "site = 'lon' AND severity > 3" }, { filter: "'lon' = site AND @bad" });
    same({ view: 'wall' }, { filter: 'severity >= 4', columns: ['node'] });
    same({ view: 'london' }, { filter: '@local', columns: ['node'] }, { view: 'wall', filter: '@local' });
  });

  it('are errors that name the path where they go in a circle', () => {
    using lab = new NotifierLab({
      filters: { a: '@b', b: 'severity > 3 AND @c', c: '@a' },
      views: { one: { view: 'two' }, two: { view: 'one' } },
    });
    const viewer = lab.join();
    viewer.open('filter', { filter: 'tally > 1 AND @a' });
    viewer.open('view', { view: 'one' });
    lab.settle();
    expect(viewer.errors).toMatchObject([
      { id: 'filter', code: 'bad-filter', message: 'named filters in a circle: @a → @b → @c → @a', position: 14 },
      { id: 'view', code: 'bad-request', message: 'named views go in a circle: one → two → one' },
    ]);
  });

  it('say what a mistyped name may have meant', () => {
    using lab = new NotifierLab({ filters: { critical: 'severity = 5' }, views: { wallboard: {} } });
    const viewer = lab.join();
    viewer.open('filter', { filter: '@critcal' });
    viewer.open('view', { view: 'walboard' });
    lab.settle();
    expect(viewer.errors.map(({ message }) => message)).toEqual([
      'unknown named filter @critcal at 0; did you mean @critical?',
      'unknown named view "walboard"; did you mean "wallboard"?',
    ]);
  });
});

describe('§1 editing a name', () => {
  it('moves the panels that use it, without a reconnect, and no others', () => {
    const filters = { bad: 'severity >= 4' };
    using lab = new NotifierLab({ filters });
    lab.send({ identifier: 'minor', severity: 3 }, { identifier: 'critical', severity: 5 });
    const [named, plain] = [join(lab, { filter: '@bad' }), join(lab, { filter: 'severity >= 4' })];
    const snaps = plain.snaps;
    filters.bad = 'severity <= 3';
    expect(lab.notifier.rehome()).toBe(1);
    expect(identifiers(named)).toEqual(['minor']);
    expect(identifiers(plain)).toEqual(['critical']);
    expect(plain.snaps).toBe(snaps);
    expect(named.opened.get('a')).toMatchObject({ role: 'primary', viewers: 1 });
    expect(plain.opened.get('a')).toMatchObject({ role: 'primary' });
    lab.send({ identifier: 'clear', severity: 0 }, { identifier: 'major', severity: 4 });
    lab.clock.pass(1000);
    expect(identifiers(named)).toEqual(['clear', 'minor']);
    expect(identifiers(plain)).toEqual(['critical', 'major']);
  });

  it('moves nothing when the name means what it meant', () => {
    const filters = { bad: 'severity >= 4' };
    using lab = new NotifierLab({ filters });
    join(lab, { filter: '@bad' });
    filters.bad = 'severity > 3';
    const batches = lab.batches.length;
    expect(lab.notifier.rehome()).toBe(0);
    expect(lab.batches).toHaveLength(batches);
  });

  it('moves a panel of a named view that is based on the one that was edited', () => {
    const views: Record<string, Request> = {
      base: { filter: 'severity > 3' },
      wall: { view: 'base', columns: ['identifier'] },
    };
    using lab = new NotifierLab({ views });
    lab.send({ identifier: 'minor', severity: 3 }, { identifier: 'critical', severity: 5 });
    const viewer = join(lab, { view: 'wall' });
    views.base = { filter: 'severity < 4' };
    expect(lab.notifier.rehome()).toBe(1);
    expect(identifiers(viewer)).toEqual(['minor']);
  });

  it('tells a panel whose name is gone, leaves it what it has, and moves the others', () => {
    const filters: Record<string, string> = { gone: 'severity >= 4', bad: 'severity >= 4' };
    using lab = new NotifierLab({ filters });
    lab.send({ identifier: 'minor', severity: 3 }, { identifier: 'critical', severity: 5 });
    const [orphan, moved] = [join(lab, { filter: '@gone' }), join(lab, { filter: '@bad' })];
    delete filters.gone;
    filters.bad = 'severity < 4';
    expect(lab.notifier.rehome()).toBe(1);
    expect(orphan.errors).toMatchObject([{ id: 'a', code: 'bad-filter' }]);
    expect([identifiers(orphan), identifiers(moved)]).toEqual([['critical'], ['minor']]);
  });

  it('tells a panel whose new view cannot be read, and moves the others', () => {
    const filters: Record<string, string> = { bad: 'severity >= 4', worse: 'severity >= 5' };
    using lab = new NotifierLab({ filters });
    lab.send({ identifier: 'minor', severity: 3 }, { identifier: 'critical', severity: 5 });
    const [unlucky, lucky] = [join(lab, { filter: '@bad' }), join(lab, { filter: '@worse' })];
    filters.bad = 'severity = 1';
    filters.worse = 'severity = 3';
    lab.source.beforeRead = ({ where }) => {
      if (where.params.includes(1)) throw new Error('planted');
    };
    expect(lab.notifier.rehome()).toBe(1);
    expect(unlucky.errors).toMatchObject([{ id: 'a', code: 'internal' }]);
    expect(unlucky.streams.size).toBe(0);
    expect(identifiers(lucky)).toEqual(['minor']);
  });

  it('lets go of the recording of what a named view meant before', () => {
    const views: Record<string, Request> = { wall: { metrics: [{ fn: 'count' }], historyMs: 60_000 } };
    using lab = new NotifierLab({ views });
    expect(lab.notifier.registrar.recorder.size).toBe(1);
    views.wall = { filter: 'severity > 3', metrics: [{ fn: 'count' }], historyMs: 60_000 };
    lab.notifier.rehome();
    lab.clock.pass(31_000);
    expect(lab.notifier.registrar.recorder.size).toBe(1);
    expect([...lab.notifier.views.sets].map(({ filter }) => filter.text)).toEqual(['severity > 3']);
    delete views.wall;
    lab.notifier.rehome();
    lab.clock.pass(31_000);
    expect(lab.clock.timers).toBe(0);
    expect(lab.notifier.views.size).toBe(0);
  });

  it('is right about rows that time moved since the last cut', () => {
    const filters = { recent: 'last_occurrence > now() - 5s' };
    using lab = new NotifierLab({ filters });
    join(lab, { filter: 'last_occurrence > now() - 2s' });
    lab.clock.pass(990);
    const viewer = join(lab, { filter: '@recent' });
    lab.clock.pass(900);
    lab.send({ identifier: 'x' });
    lab.clock.pass(2500);
    filters.recent = 'last_occurrence > now() - 2s';
    lab.notifier.rehome();
    expect(identifiers(viewer)).toEqual([]);
    lab.clock.pass(10_000);
    expect(identifiers(viewer)).toEqual([]);
  });
});
