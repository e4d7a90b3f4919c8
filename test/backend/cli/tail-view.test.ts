import { describe, expect, it } from 'vitest';
import { ChangesView, MetricView, StateView, type ViewFrame } from '../../../backend/cli/tail-view.ts';
import type { Cut, Field } from '../../../backend/protocol/messages.ts';

const FIELDS: Field[] = [
  { name: 'serial', type: 'integer', key: true },
  { name: 'severity', type: 'integer' },
  { name: 'node', type: 'text' },
];
/** As a registration asked for it. */
const OWN: Field[] = [FIELDS[2]!, FIELDS[0]!];

const cut = (asOf: number): Cut => ({ type: 'cut', asOf, epoch: 1, intervalMs: 1000, throttled: false });
const snap = (asOf: number, values: (string | number)[][]): ViewFrame => ({
  type: 'snap',
  view: 'v1',
  asOf,
  fields: FIELDS,
  values,
});
const rows = (asOf: number, ...seqs: number[]): ViewFrame => ({
  type: 'rows',
  view: 'v1:saf',
  asOf,
  changes: seqs.map(seq => ({ seq, key: seq * 10, op: 'enter', values: [seq * 10, 4, `n${seq}`] })),
});

describe('the changes that a tail prints (modes all and saf)', () => {
  it('begin after the first snapshot and have the names and order that were asked for', () => {
    const view = new ChangesView(undefined);
    view.opened(1, OWN, FIELDS);
    expect(view.cut([snap(5, [[1], [5], ['old']]), rows(7, 6, 7)], cut(7))).toEqual([
      { epoch: 1, seq: 6, op: 'enter', key: 60, row: { node: 'n6', serial: 60 } },
      { epoch: 1, seq: 7, op: 'enter', key: 70, row: { node: 'n7', serial: 70 } },
    ]);
    expect(view.position).toEqual({ epoch: 1, seq: 7 });
  });

  it('are read in the order of the table where no snapshot tells it', () => {
    const view = new ChangesView({ epoch: 1, seq: 5 });
    view.opened(1, OWN, FIELDS);
    expect(view.cut([rows(6, 6)], cut(6))[0]!.row).toEqual({ node: 'n6', serial: 60 });
  });

  it('are printed once, however often they are sent', () => {
    const view = new ChangesView({ epoch: 1, seq: 5 });
    view.opened(1, OWN, FIELDS);
    const seqs = (frames: ViewFrame[], asOf: number) => view.cut(frames, cut(asOf)).map(({ seq }) => seq);
    expect(seqs([rows(7, 4, 5, 6, 7)], 7)).toEqual([6, 7]);
    expect(seqs([rows(8, 6, 7, 8), rows(8, 7, 8)], 8)).toEqual([8]);
  });

  it('start anew in another epoch', () => {
    const view = new ChangesView({ epoch: 1, seq: 50 });
    view.opened(2, OWN, FIELDS);
    expect(view.cut([rows(12, 11, 12)], cut(12)).map(({ epoch, seq }) => [epoch, seq])).toEqual([
      [2, 11],
      [2, 12],
    ]);
    expect(view.position).toEqual({ epoch: 2, seq: 12 });
  });

  it('stop where the store is behind what was printed: it is another one', () => {
    const view = new ChangesView({ epoch: 1, seq: 50 });
    view.opened(1, OWN, FIELDS);
    expect(() => view.cut([rows(12, 11, 12)], cut(12))).toThrow('it has another store now');
  });

  it('tell a gap as a line, without what was printed before it, and go on from its end', () => {
    const view = new ChangesView({ epoch: 1, seq: 5 });
    view.opened(1, OWN, FIELDS);
    const gap = (from: number, to: number): ViewFrame => ({ type: 'gap', view: 'v1', from, to });
    expect(view.cut([gap(3, 9), gap(2, 8), rows(10, 9, 10)], cut(10))).toEqual([
      { epoch: 1, op: 'gap', from: 6, to: 9 },
      { epoch: 1, seq: 10, op: 'enter', key: 100, row: { node: 'n10', serial: 100 } },
    ]);
  });

  it('tell a snapshot that is not the first as a gap', () => {
    const view = new ChangesView({ epoch: 1, seq: 5 });
    view.opened(1, OWN, FIELDS);
    expect(view.cut([snap(9, [[1], [5], ['n']])], cut(9))).toEqual([{ epoch: 1, op: 'gap', from: 6, to: 9 }]);
    expect(view.position).toEqual({ epoch: 1, seq: 9 });
  });
});

describe('the state that a tail follows (modes net and immediate)', () => {
  const begun = () => {
    const view = new StateView();
    view.opened(1, OWN, FIELDS);
    const lines = view.cut(
      [
        snap(5, [
          [1, 2],
          [5, 5],
          ['a', 'b'],
        ]),
      ],
      cut(5),
    );
    return { view, lines };
  };
  const ops = (lines: readonly { op: string; key?: unknown }[]) => lines.map(({ key, op }) => [op, key]);

  it('begins with the rows that are there', () => {
    expect(begun().lines).toEqual([
      { epoch: 1, asOf: 5, op: 'row', key: 1, row: { node: 'a', serial: 1 } },
      { epoch: 1, asOf: 5, op: 'row', key: 2, row: { node: 'b', serial: 2 } },
    ]);
  });

  it('tells rows that come, what changed in those that were there, and how they were when they leave', () => {
    const { view } = begun();
    const delta: ViewFrame = {
      type: 'delta',
      view: 'v1',
      asOf: 6,
      upsert: [
        [2, 3],
        [5, 5],
        ['B', 'c'],
      ],
      remove: [1],
    };
    expect(view.cut([delta], cut(6))).toEqual([
      { epoch: 1, asOf: 6, op: 'update', key: 2, row: { node: 'B', serial: 2 }, changed: ['node'] },
      { epoch: 1, asOf: 6, op: 'enter', key: 3, row: { node: 'c', serial: 3 } },
      { epoch: 1, asOf: 6, op: 'leave', key: 1, row: { node: 'a', serial: 1 } },
    ]);
    expect(view.position).toEqual({ epoch: 1, seq: 6 });
  });

  it('tells nothing of what is as it was', () => {
    const { view } = begun();
    const same: ViewFrame = { type: 'delta', view: 'v1', asOf: 6, upsert: [[1], [4], ['a']], remove: [9] };
    expect(view.cut([same], cut(6))).toEqual([]);
  });

  it('tells the difference when another snapshot comes, in another order of columns too', () => {
    const { view } = begun();
    const fields = [FIELDS[2]!, FIELDS[0]!];
    const next: ViewFrame = {
      type: 'snap',
      view: 'v9',
      asOf: 9,
      fields,
      values: [
        ['b', 'd'],
        [2, 4],
      ],
    };
    expect(ops(view.cut([next], cut(9)))).toEqual([
      ['enter', 4],
      ['leave', 1],
    ]);
  });
});

describe('the metrics that a tail follows', () => {
  const metric = (asOf: number, values: (string | number)[][]): ViewFrame => ({
    type: 'metric',
    view: 'v2',
    asOf,
    fields: [
      { name: 'site', type: 'text' },
      { name: 'count', type: 'integer' },
    ],
    values,
  });

  it('are told under their own names when they change, group by group, and when a group is no more', () => {
    const view = new MetricView(['site']);
    view.opened(1, [
      { name: 'alarms', type: 'integer', of: 'count' },
      { name: 'site', type: 'text' },
    ]);
    expect(
      view
        .cut(
          [
            metric(1, [
              ['lon', 'par'],
              [3, 4],
            ]),
          ],
          cut(1),
        )
        .map(({ row }) => row),
    ).toEqual([
      { alarms: 3, site: 'lon' },
      { alarms: 4, site: 'par' },
    ]);
    expect(
      view
        .cut(
          [
            metric(2, [
              ['lon', 'nyc'],
              [3, 1],
            ]),
          ],
          cut(2),
        )
        .map(({ op, row }) => [op, row]),
    ).toEqual([
      ['metric', { alarms: 1, site: 'nyc' }],
      ['leave', { alarms: 4, site: 'par' }],
    ]);
    expect(view.cut([], cut(3))).toEqual([]);
  });
});
