import type { Field } from '../../protocol/messages.ts';
import type { MetricFn } from '../../protocol/request.ts';
import type { ColumnSchema } from '../../protocol/schema.ts';
import type { Accumulator } from './accumulator.ts';
import { Average } from './average.ts';
import { Count } from './count.ts';
import { Distinct } from './distinct.ts';
import { bucketNames, Distribution } from './distribution.ts';
import { Extreme } from './extreme.ts';
import type { MetricSpec } from './metric-spec.ts';
import { Sum } from './sum.ts';

export interface MetricFunction {
  readonly column: 'optional' | 'any' | 'number';
  /** What its values are; `distribution` has as many fields of it as buckets. */
  readonly field: (column: ColumnSchema | undefined) => Omit<Field, 'name'>;
  readonly accumulator: (spec: MetricSpec) => Accumulator;
}

export const METRIC_FUNCTIONS: Readonly<Record<MetricFn, MetricFunction>> = {
  count: { column: 'optional', field: () => ({ type: 'integer' }), accumulator: () => new Count() },
  sum: {
    column: 'number',
    field: column => ({ type: column?.type ?? 'integer', ...formatAmong(column, ['seconds']) }),
    accumulator: () => new Sum(),
  },
  avg: {
    column: 'number',
    field: column => ({ type: 'real', ...formatAmong(column, ['seconds', 'time-ms']) }),
    accumulator: () => new Average(),
  },
  min: { column: 'any', field: likeColumn, accumulator: () => new Extreme('min') },
  max: { column: 'any', field: likeColumn, accumulator: () => new Extreme('max') },
  distinct: { column: 'any', field: () => ({ type: 'integer' }), accumulator: () => new Distinct() },
  distribution: {
    column: 'number',
    field: () => ({ type: 'integer' }),
    accumulator: spec => new Distribution(spec.bounds ?? []),
  },
};

/** One of the column's own values: a time stays a time, an enumeration keeps its names and colours. */
export function likeColumn(column: ColumnSchema | undefined): Omit<Field, 'name'> {
  return {
    type: column?.type ?? 'integer',
    ...(column?.format === undefined ? {} : { format: column.format }),
    ...(column?.values === undefined ? {} : { values: column.values }),
  };
}

/** A total of durations is a duration; a total of times or booleans is but a number. */
function formatAmong(column: ColumnSchema | undefined, kept: readonly string[]): Pick<Field, 'format'> {
  return column?.format !== undefined && kept.includes(column.format) ? { format: column.format } : {};
}

/**
 * The names of one metric's fields: `count`, `sum(tally)`; a distribution's are its buckets, `tally ≤ 5`. With a name of
 * its own (`as`) a metric is called that, and its buckets `name ≤ 5`.
 */
export function metricNames(spec: MetricSpec, column: ColumnSchema | undefined, as?: string): string[] {
  if (spec.fn === 'distribution') {
    return bucketNames(spec.bounds ?? []).map(bucket => `${as ?? column?.name} ${bucket}`);
  }
  return [as ?? (column === undefined ? spec.fn : `${spec.fn}(${column.name})`)];
}
