import { describe, expect, it } from 'vitest';
import { metricFields } from '../../../../backend/views/metrics/metric-fields.ts';
import type { MetricSpec } from '../../../../backend/views/metrics/metric-spec.ts';
import { ALARMS, COLUMN } from '../../../support/alarm-table.ts';

function fieldsOf(metric: MetricSpec, as?: string) {
  return metricFields({ table: ALARMS, metrics: [metric], groupBy: [] }, [as]);
}

describe('the fields of a metric view', () => {
  it('are the group columns as they are, then the metrics', () => {
    const fields = metricFields({ table: ALARMS, metrics: [{ fn: 'count' }], groupBy: [COLUMN.severity, COLUMN.node] });
    expect(fields).toEqual([
      { name: 'severity', type: 'integer', values: ALARMS.columns[COLUMN.severity]!.values },
      { name: 'node', type: 'text' },
      { name: 'count', type: 'integer' },
    ]);
  });

  it('keep what a column means where the metric is one of its values', () => {
    expect(fieldsOf({ fn: 'max', columnIndex: COLUMN.seen })).toEqual([
      { name: 'max(seen)', type: 'integer', format: 'time-ms' },
    ]);
    expect(fieldsOf({ fn: 'min', columnIndex: COLUMN.severity })[0]).toMatchObject({ values: [{}, {}] });
    expect(fieldsOf({ fn: 'avg', columnIndex: COLUMN.seen })).toEqual([
      { name: 'avg(seen)', type: 'real', format: 'time-ms' },
    ]);
  });

  it('drop it where the metric is another quantity', () => {
    expect(fieldsOf({ fn: 'sum', columnIndex: COLUMN.seen })).toEqual([{ name: 'sum(seen)', type: 'integer' }]);
    expect(fieldsOf({ fn: 'sum', columnIndex: COLUMN.open })).toEqual([{ name: 'sum(open)', type: 'integer' }]);
    expect(fieldsOf({ fn: 'sum', columnIndex: COLUMN.load })).toEqual([{ name: 'sum(load)', type: 'real' }]);
    expect(fieldsOf({ fn: 'distinct', columnIndex: COLUMN.node })).toEqual([
      { name: 'distinct(node)', type: 'integer' },
    ]);
  });

  it('are one a bucket for a distribution', () => {
    const distribution: MetricSpec = { fn: 'distribution', columnIndex: COLUMN.load, bounds: [0.5, 10] };
    expect(fieldsOf(distribution).map(field => field.name)).toEqual(['load ≤ 0.5', 'load 0.5 – 10', 'load > 10']);
    expect(fieldsOf(distribution, 'CPU').map(field => field.name)).toEqual(['CPU ≤ 0.5', 'CPU 0.5 – 10', 'CPU > 10']);
  });

  it('go by the name that a registration gives', () => {
    expect(fieldsOf({ fn: 'count' }, 'Alarms')).toEqual([{ name: 'Alarms', type: 'integer' }]);
  });
});
