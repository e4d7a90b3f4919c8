import { describe, expect, it } from 'vitest';
import type { Row } from '../../../../backend/protocol/schema.ts';
import type { MetricViewSpec } from '../../../../backend/views/metrics/metric-spec.ts';
import { METRIC_GROUPS_MAX, MetricView } from '../../../../backend/views/metrics/metric-view.ts';
import { ALARMS, COLUMN } from '../../../support/alarm-table.ts';

const alarm = (id: number, node: string | null, severity: number | null = 3): Row => [id, node, severity, 1, 0, 1];

function viewOf(spec: Partial<MetricViewSpec>): MetricView {
  return new MetricView({ table: ALARMS, metrics: [{ fn: 'count' }], groupBy: [], ...spec });
}

describe('a metric view', () => {
  it('without groups has one row over nothing: count 0, sum NULL, as SQL', () => {
    const view = viewOf({ metrics: [{ fn: 'count' }, { fn: 'sum', columnIndex: COLUMN.severity }] });
    expect(view.frame().values).toEqual([[0], [null]]);
  });

  it('with groups has no row over nothing, and drops a group with its last row', () => {
    const view = viewOf({ groupBy: [COLUMN.node] });
    expect(view.frame().values).toEqual([[], []]);
    view.load([alarm(1, 'a'), alarm(2, 'b')]);
    view.apply(alarm(1, 'a'), undefined);
    expect(view.frame().values).toEqual([['b'], [1]]);
  });

  it('orders groups as SQLite does: NULL, then by code point', () => {
    const view = viewOf({ groupBy: [COLUMN.node] });
    view.load(['😀', '\uffee', 'b', null, 'B', ''].map((node, id) => alarm(id, node)));
    expect(view.frame().values[0]).toEqual([null, '', 'B', 'b', '\uffee', '😀']);
  });

  it('keeps groups apart whose labels read alike when joined', () => {
    const view = viewOf({ groupBy: [COLUMN.node, COLUMN.severity] });
    view.load([alarm(1, 'n', null), alarm(2, null, null), alarm(3, '1', 1), alarm(4, '', 11), alarm(5, 'd1;', 1)]);
    expect(view.frame().values[2]).toEqual([1, 1, 1, 1, 1]);
  });

  it('is not dirty from a change to a column that it does not measure', () => {
    const view = viewOf({ groupBy: [COLUMN.node] });
    view.apply(undefined, alarm(1, 'a', 3));
    view.takeCut();
    view.apply(alarm(1, 'a', 3), alarm(1, 'a', 4));
    expect(view.dirty).toBe(false);
    view.apply(alarm(1, 'a', 4), alarm(1, 'b', 4));
    expect(view.dirty).toBe(true);
  });

  it('gives a cut only when its values differ from the last cut', () => {
    const view = viewOf({ groupBy: [COLUMN.node] });
    expect(view.takeCut()?.values).toEqual([[], []]);
    view.apply(undefined, alarm(1, 'a'));
    expect(view.takeCut()?.values).toEqual([['a'], [1]]);
    expect(view.takeCut()).toBeUndefined();
    view.apply(alarm(1, 'a'), undefined);
    view.apply(undefined, alarm(2, 'a'));
    expect(view.dirty).toBe(true);
    expect(view.takeCut()).toBeUndefined();
  });

  it('still owes the cut what a joiner has read before it', () => {
    const view = viewOf({});
    view.takeCut();
    view.apply(undefined, alarm(1, 'a'));
    const read = view.frame();
    expect(view.takeCut()).toBe(read);
  });

  it('never changes a frame that it has handed out', () => {
    const view = viewOf({});
    const frame = view.frame();
    view.apply(undefined, alarm(1, 'a'));
    view.frame();
    expect(frame.values).toEqual([[0]]);
  });

  it('refuses more groups than could be sent, and says what would be right', () => {
    const view = viewOf({ groupBy: [COLUMN.id] });
    for (let id = 0; id < METRIC_GROUPS_MAX; id++) view.apply(undefined, alarm(id, 'a'));
    expect(() => view.apply(undefined, alarm(METRIC_GROUPS_MAX, 'a'))).toThrow(/100000 groups by id; group by columns/);
  });

  it('takes a row that leaves without having entered for a fault of the program', () => {
    expect(() => viewOf({ groupBy: [COLUMN.node] }).apply(alarm(1, 'a'), undefined)).toThrow('never entered');
  });
});
