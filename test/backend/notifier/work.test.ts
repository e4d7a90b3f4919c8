import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';
import { sentCuts } from '../../support/sent-cuts.ts';
import type { Viewer } from '../../support/viewer.ts';

const SPELLINGS = [
  "severity >= 4 AND site = 'lon'",
  "site = 'lon' AND severity >= 4",
  "severity > 3 and 'lon' = site",
  "NOT (severity < 4 OR site <> 'lon')",
  "((SEVERITY >= 4)) AND ((Site = 'lon'))",
  "severity > 3.5 AND site IN ('lon')",
  "site IN ('lon', 'lon') AND NOT severity <= 3",
  "(severity = 4 OR severity > 4) AND site = 'lon'",
  "severity >= 4 AND site = 'lon' AND severity > 2",
  "site BETWEEN 'lon' AND 'lon' AND 4 <= severity",
];
const COLUMN_ORDERS = [
  ['node', 'severity'],
  ['severity', 'node'],
];

function work(lab: NotifierLab) {
  const { asked, made, queries } = lab.notifier.counters.work('events');
  return { asked, made, queries, encodings: lab.notifier.counters.encodings };
}

function join(lab: NotifierLab, ...requests: Request[]): Viewer {
  const viewer = lab.join();
  requests.forEach((request, i) => {
    viewer.open(`p${i}`, request);
  });
  return viewer;
}

describe('§2 and §8 work: one evaluation and one encoding for each changed view and cut', () => {
  it('holds for 1 000 viewers in ten spellings and two orders of columns', () => {
    using lab = new NotifierLab();
    lab.send({ identifier: 'first', site: 'lon', severity: 5 });
    const viewers = Array.from({ length: 1000 }, (_, i) =>
      join(lab, { filter: SPELLINGS[i % 10]!, columns: COLUMN_ORDERS[i % 2]! }),
    );
    lab.settle();
    expect(work(lab)).toMatchObject({ queries: 1, encodings: 1 });
    expect(lab.notifier.views.size).toBe(1);
    lab.clock.pass(1000);
    const before = work(lab);
    lab.send({ identifier: 'second', site: 'lon', severity: 4 });
    lab.clock.pass(1000);
    const { asked, encodings, made, queries } = before;
    expect(work(lab)).toEqual({ asked: asked + 1000, made: made + 1, queries, encodings: encodings + 1 });
    for (const viewer of viewers) expect(viewer.view('p0').rows.size).toBe(2);
    expect(sentCuts(lab.batches).at(-1)!.streams).toHaveLength(1);
  });

  it('is none for a stream that everybody left before its cut, though others of its interval are cut', () => {
    using lab = new NotifierLab();
    const leaving = join(lab, { filter: "site = 'lon'" });
    join(lab, { filter: "site = 'par'" });
    lab.clock.pass(1000);
    const { encodings } = work(lab);
    lab.send({ identifier: 'left', site: 'lon' }, { identifier: 'told', site: 'par' });
    leaving.close('p0');
    lab.clock.pass(1000);
    expect(work(lab).encodings).toBe(encodings + 1);
  });

  it('holds for each of several views of one filter, which are read once and then kept from the same change', () => {
    using lab = new NotifierLab();
    const requests: Request[] = [
      { filter: 'severity > 3' },
      { filter: 'severity > 3', metrics: [{ fn: 'count' }] },
      { filter: 'severity > 3', metrics: [{ fn: 'max', column: 'severity' }], groupBy: ['site'] },
      { filter: 'severity > 3', limit: 3, orderBy: [{ column: 'severity' }] },
    ];
    for (let i = 0; i < 50; i++) join(lab, ...requests);
    lab.settle();
    expect(work(lab)).toMatchObject({ queries: 4, encodings: 4 });
    lab.clock.pass(3000);
    expect(work(lab)).toMatchObject({ queries: 4, encodings: 4, made: 0 });
    for (let cut = 1; cut <= 5; cut++) {
      lab.send({ identifier: `e${cut}`, severity: 4 });
      lab.send({ identifier: `f${cut}`, severity: 4 });
      lab.clock.pass(1000);
      const { encodings, made, queries } = work(lab);
      // The grouped maximum moves once; the window of three is full after two cuts.
      expect({ made, queries, encodings }).toMatchObject({ queries: 4 });
      expect(made).toBe(encodings - 4);
      expect(made).toBe(2 * cut + 1 + Math.min(cut, 2));
    }
  });

  it('answers 200 viewers that join together with one read and one encoding', () => {
    using lab = new NotifierLab();
    for (let i = 0; i < 500; i++) lab.send({ identifier: `e${i}`, severity: 4 });
    join(lab, { filter: 'severity > 3' });
    lab.settle();
    const before = work(lab);
    const viewers = Array.from({ length: 200 }, () => join(lab, { filter: 'severity > 3' }));
    lab.settle();
    expect(work(lab)).toEqual({ ...before, queries: before.queries + 1, encodings: before.encodings + 1 });
    for (const viewer of viewers) expect(viewer.view('p0').rows.size).toBe(500);
  });

  it('applies a change to the filters that it concerns and to no others', () => {
    using lab = new NotifierLab();
    join(lab, ...Array.from({ length: 50 }, (_, i) => ({ filter: `node = 'r${i}'` })));
    lab.settle();
    lab.send({ identifier: 'x', node: 'r7' });
    lab.write("UPDATE events SET severity = 5 WHERE identifier = 'x'");
    const touched = [...lab.notifier.views.sets].filter(({ changes }) => changes > 0);
    expect(touched.map(({ changes, filter }) => [filter.text, changes])).toEqual([["node = 'r7'", 2]]);
  });

  it('sends nothing for a change that no column of a view shows, nor for one that was undone', () => {
    using lab = new NotifierLab();
    lab.send({ identifier: 'x', severity: 4, site: 'lon' });
    join(lab, { columns: ['node'] }, { metrics: [{ fn: 'count' }], groupBy: ['severity'] });
    lab.clock.pass(1000);
    const before = work(lab);
    lab.write("UPDATE events SET summary = 'other'");
    lab.write('UPDATE events SET severity = 5');
    lab.write('UPDATE events SET severity = 4');
    lab.clock.pass(1000);
    expect(work(lab)).toEqual({ ...before, asked: before.asked + 2 });
    expect(sentCuts(lab.batches)).toEqual([]);
  });

  it('is spared wherever a view is evaluated for several, whatever brings a cut about', () => {
    using lab = new NotifierLab();
    const viewer = join(lab, { filter: 'severity > 3' });
    join(lab, { filter: 'severity >= 4' });
    lab.settle();
    const before = lab.notifier.counters.work('events').avoided;
    for (let i = 0; i < 10; i++) {
      lab.send({ identifier: `x${i}`, severity: 5 });
      viewer.flush(`f${i}`, lab.server.seq);
      lab.settle();
    }
    expect(lab.notifier.counters.work('events').avoided).toBe(before + 10);
  });

  it('of what is sent as it commits takes nothing from what others save', () => {
    using lab = new NotifierLab();
    join(lab, { mode: 'immediate' });
    for (let i = 0; i < 3; i++) join(lab, { metrics: [{ fn: 'count' }] });
    lab.settle();
    const { asked, avoided, made } = { ...lab.notifier.counters.work('events') };
    for (let i = 0; i < 40; i++) {
      lab.send({ identifier: `x${i}` });
      lab.clock.pass(50);
    }
    const work = lab.notifier.counters.work('events');
    // Two intervals of three viewers who share one view, beside forty sends to a single one.
    expect([work.asked - asked, work.made - made, work.avoided - avoided]).toEqual([46, 42, 4]);
  });

  it('reads the log once for all views of the pages that come back together', () => {
    using lab = new NotifierLab();
    const requests = Array.from({ length: 20 }, (_, i): Request => ({ filter: `severity <> ${i}` }));
    const gone = [join(lab, ...requests), join(lab, ...requests.slice(5))];
    lab.settle();
    for (const viewer of gone) lab.leave(viewer);
    lab.send({ identifier: 'x', severity: 3 });
    let reads = 0;
    const read = lab.server.netChangesSince.bind(lab.server);
    lab.server.netChangesSince = seq => {
      reads++;
      return read(seq);
    };
    const back = gone.map(viewer => {
      const again = lab.join({ resume: { epoch: lab.server.epoch, seq: 0 } });
      again.carryOn(viewer);
      return again;
    });
    lab.settle();
    expect(reads).toBe(1);
    expect(back.map(viewer => viewer.snaps)).toEqual([0, 0]);
    expect([back[0]!.view('p0').rows.size, back[0]!.view('p3').rows.size]).toEqual([1, 0]);
    lab.leave(back[0]!);
    lab.send({ identifier: 'y', severity: 3 });
    const later = lab.join({ resume: { epoch: lab.server.epoch, seq: 0 } });
    later.carryOn(gone[0]!);
    lab.settle();
    // From where its rows were told last, and from where the views without a difference still are.
    expect([reads, later.view('p0').rows.size]).toEqual([3, 2]);
  });

  it('sends nothing, and says nothing, while nothing changes', () => {
    using lab = new NotifierLab();
    join(lab, {}, { metrics: [{ fn: 'count' }] }, { limit: 5 }, { mode: 'all' }, { mode: 'immediate' });
    lab.settle();
    const batches = lab.batches.length;
    lab.clock.pass(60_000);
    expect(lab.batches).toHaveLength(batches);
  });

  it('tells a first viewer nothing twice', () => {
    using lab = new NotifierLab();
    lab.send({ identifier: 'x' }, { identifier: 'y' });
    const viewer = join(lab, {}, { limit: 1 }, { metrics: [{ fn: 'count' }] });
    lab.clock.pass(3000);
    expect(sentCuts(lab.batches)).toEqual([]);
    expect(viewer.cuts).toHaveLength(1);
  });
});
