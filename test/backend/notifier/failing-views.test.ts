import { describe, expect, it } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { Row } from '../../../backend/protocol/schema.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import { onEncoding } from '../../support/planted-source.ts';
import type { Viewer } from '../../support/viewer.ts';

function join(lab: NotifierLab, ...requests: Request[]): Viewer {
  const viewer = lab.join();
  requests.forEach((request, i) => {
    viewer.open(`p${i}`, request);
  });
  lab.settle();
  return viewer;
}

/** Rows of site `bad` cannot be encoded for as long as the answer is true. */
function poison(lab: NotifierLab): { isOn: boolean } {
  const state = { isOn: true };
  const site = lab.server.tables[0]!.columns.findIndex(({ name }) => name === 'site');
  lab.source.replaceRow = (row: Row) =>
    row[site] !== 'bad'
      ? row
      : row.with(
          -1,
          onEncoding(() => {
            if (state.isOn) throw new Error('planted');
          }),
        );
  return state;
}

/** Reads for this limit fail for as long as the answer is true. */
function failReads(lab: NotifierLab, failing: (limit: number | undefined) => boolean, error = new Error('planted')) {
  const state = { isOn: true };
  lab.source.beforeRead = ({ limit }) => {
    if (state.isOn && failing(limit)) throw error;
  };
  return state;
}

describe('§7 one failing view', () => {
  it('tells its own panel that it cannot be opened, and the others open', () => {
    using lab = new NotifierLab();
    failReads(lab, limit => limit !== undefined && limit < 100);
    const viewer = join(lab, {}, { limit: 3 }, { metrics: [{ fn: 'count' }] });
    expect(viewer.errors).toEqual([
      {
        type: 'error',
        id: 'p1',
        code: 'internal',
        message: 'this view failed; the log of the notifier has the reason',
      },
    ]);
    expect(lab.faults).toMatchObject([{ what: 'message open', error: { message: 'planted' } }]);
    lab.send({ identifier: 'x' });
    lab.clock.pass(1000);
    expect([viewer.view('p0').rows.size, viewer.view('p2').metric]).toEqual([1, [[1]]]);
  });

  it('says what an upstream said, with its code', () => {
    using lab = new NotifierLab();
    failReads(lab, () => true, new PanelcastError('source-failed', 'prometheus did not answer within 10 s'));
    const viewer = join(lab, {});
    expect(viewer.errors).toMatchObject([{ code: 'source-failed', message: 'prometheus did not answer within 10 s' }]);
    expect(viewer.streams.size).toBe(0);
  });

  it('can be opened again once it can be read', () => {
    using lab = new NotifierLab();
    const fault = failReads(lab, () => true);
    const viewer = join(lab, {});
    fault.isOn = false;
    viewer.open('p0', {});
    lab.settle();
    expect(viewer.view('p0').rows.size).toBe(0);
    lab.leave(viewer);
    lab.clock.pass(31_000);
    expect(lab.clock.timers).toBe(0);
  });

  it('tells its own panels when it fails in a sweep, and the sweep goes on', () => {
    using lab = new NotifierLab();
    const window: Request = { limit: 1, orderBy: [{ column: 'severity', desc: true }] };
    const [unlucky, other] = [join(lab, window), join(lab, {}, { metrics: [{ fn: 'count' }] })];
    for (let i = 0; i < 100; i++) lab.send({ identifier: `e${i}`, severity: i % 6 });
    lab.clock.pass(1000);
    const fault = failReads(lab, limit => limit !== undefined);
    lab.write('DELETE FROM events WHERE severity > 1');
    lab.clock.pass(1000);
    expect(unlucky.errors).toMatchObject([{ id: 'p0', code: 'internal' }]);
    expect(other.errors).toEqual([]);
    expect([other.view('p0').rows.size, other.view('p1').metric]).toEqual([34, [[34]]]);
    fault.isOn = false;
    lab.send({ identifier: 'new', severity: 2, site: 'lon' });
    lab.clock.pass(1000);
    const held = unlucky.view('p0');
    const site = held.fields.findIndex(({ name }) => name === 'site');
    expect([...held.rows.values()].map(row => row[site])).toEqual(['lon']);
  });

  it.each<[string, Request]>([
    ['net changes', {}],
    ['changes at once', { mode: 'immediate' }],
    ['every change', { mode: 'all' }],
  ])('keeps what it cannot encode until it can, so that nobody is left with a wrong state: %s', (_, request) => {
    using lab = new NotifierLab();
    const state = poison(lab);
    const [unlucky, other] = [join(lab, request), join(lab, { columns: ['node'] })];
    lab.send({ identifier: 'good' }, { identifier: 'worse', site: 'bad' });
    lab.clock.pass(1000);
    expect(unlucky.errors[0]).toMatchObject({ id: 'p0', code: 'internal' });
    expect([unlucky.view('p0').rows.size, other.view('p0').rows.size]).toEqual([0, 2]);
    lab.write("DELETE FROM events WHERE identifier = 'good'");
    lab.send({ identifier: 'more' });
    state.isOn = false;
    lab.clock.pass(1000);
    lab.send({ identifier: 'last' });
    lab.clock.pass(1000);
    expect([...unlucky.view('p0').rows.keys()].sort()).toEqual([...other.view('p0').rows.keys()].sort());
    expect(other.errors).toEqual([]);
  });

  it('takes nothing from what was encoded before it in the same sweep', () => {
    using lab = new NotifierLab();
    poison(lab);
    const viewer = join(lab, { filter: "site = 'lon'" }, { filter: "site = 'bad'" }, { filter: "site = 'par'" });
    for (let tally = 1; tally <= 3; tally++) {
      lab.send(...['lon', 'bad', 'par'].map(site => ({ identifier: `${site}${tally}`, site })));
      lab.clock.pass(1000);
      expect([viewer.view('p0').rows.size, viewer.view('p2').rows.size]).toEqual([tally, tally]);
      expect(viewer.errors.map(({ id }) => id)).toEqual(Array.from({ length: tally }, () => 'p1'));
    }
  });

  it('is told again at each interval while it fails, not at each change', () => {
    using lab = new NotifierLab();
    poison(lab);
    const viewer = join(lab, {});
    lab.send({ identifier: 'x', site: 'bad' });
    for (let i = 0; i < 30; i++) {
      lab.send({ identifier: `e${i}` });
      lab.clock.pass(100);
    }
    expect(viewer.errors).toHaveLength(3);
  });

  it('that cannot be read for a viewer that had fallen behind is closed, and its other panels go on', () => {
    using lab = new NotifierLab();
    const slow = join(lab, {}, { filter: 'tally < 777' }, { metrics: [{ fn: 'count' }] });
    slow.stall();
    lab.send({ identifier: 'a' });
    lab.clock.pass(1000);
    lab.source.beforeRead = ({ where }) => {
      if (where.params.includes(777)) throw new Error('planted');
    };
    slow.wake();
    lab.settle();
    expect(slow.errors).toMatchObject([{ id: 'p1', code: 'internal' }]);
    expect([slow.stalled, slow.streams.size]).toEqual([false, 2]);
    lab.send({ identifier: 'b' });
    lab.clock.pass(1000);
    expect([slow.view('p0').rows.size, slow.view('p2').metric]).toEqual([2, [[2]]]);
    lab.source.beforeRead = () => {};
    slow.open('p1', { filter: 'tally < 777' });
    lab.settle();
    expect(slow.view('p1').rows.size).toBe(2);
  });

  it('of a name that is gone is no reason to leave a viewer that had fallen behind without its panels', () => {
    const filters: Record<string, string> = { bad: 'severity >= 4' };
    using lab = new NotifierLab({ filters });
    const slow = join(lab, { filter: '@bad', metrics: [{ fn: 'count' }], historyMs: 60_000 }, {});
    delete filters.bad;
    lab.notifier.rehome();
    slow.stall();
    lab.send({ identifier: 'a', severity: 5 });
    lab.clock.pass(1000);
    slow.wake();
    lab.settle();
    expect([slow.stalled, slow.view('p0').metric, slow.view('p1').rows.size]).toEqual([false, [[1]], 1]);
  });

  it('of a full disk lets its viewers leave, its bounds wait, and the notifier stop', async () => {
    using lab = new NotifierLab({ lingerMs: 0 });
    const viewer = lab.join({ client: 'noc' });
    viewer.open('saf', { mode: 'saf', columns: ['node'] });
    viewer.open('rows', {});
    lab.settle();
    lab.spool.together =
      lab.spool.seen =
      lab.spool.trim =
        () => {
          throw new Error('disk full');
        };
    lab.leave(viewer);
    lab.settle();
    expect([lab.notifier.sessions.size, lab.notifier.streams.registrations]).toEqual([0, 0]);
    lab.notifier.registrar.saf.trim();
    lab.send({ identifier: 'x' });
    lab.notifier.stop();
    expect(lab.faults).toHaveLength(1); // said once, not by each that wants to write
    expect(() => lab.spool.streams).toThrow('not open');
  });

  it('of a full disk delays a store-and-forward stream and stops nothing', () => {
    using lab = new NotifierLab();
    const viewer = lab.join({ client: 'noc' });
    viewer.open('saf', { mode: 'saf', columns: ['node'] });
    viewer.open('rows', {});
    lab.settle();
    const append = lab.spool.append;
    const read = lab.spool.read;
    const full = () => {
      throw new Error('disk full');
    };
    lab.spool.append = lab.spool.read = full;
    for (let i = 0; i < 3; i++) {
      lab.send({ identifier: `e${i}` });
      lab.clock.pass(1000);
    }
    expect(viewer.view('rows').rows.size).toBe(3);
    expect(viewer.view('saf').changes).toEqual([]);
    lab.spool.append = append;
    lab.spool.read = read;
    lab.clock.pass(2000);
    expect(viewer.view('saf').changes.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });
});
