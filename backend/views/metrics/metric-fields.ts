import { assert } from '../../lib/assert.ts';
import type { Field } from '../../protocol/messages.ts';
import type { ColumnSchema } from '../../protocol/schema.ts';
import { likeColumn, METRIC_FUNCTIONS, metricNames } from './metric-functions.ts';
import type { MetricViewSpec } from './metric-spec.ts';

/**
 * The fields of a metric view's frame: the group columns, then each metric's. The view itself uses the functions' own
 * names; a registration passes the names (`as`) that its panel gave, one a metric, and gets the same fields under them.
 */
export function metricFields(spec: MetricViewSpec, names: readonly (string | undefined)[] = []): Field[] {
  const groups = spec.groupBy.map(index => {
    const column = columnAt(spec, index);
    return { name: column.name, ...likeColumn(column) };
  });
  const metrics = spec.metrics.flatMap((metric, i) => {
    const column = metric.columnIndex === undefined ? undefined : columnAt(spec, metric.columnIndex);
    const field = METRIC_FUNCTIONS[metric.fn].field(column);
    return metricNames(metric, column, names[i]).map(name => ({ name, ...field }));
  });
  return [...groups, ...metrics];
}

function columnAt(spec: MetricViewSpec, index: number): ColumnSchema {
  const column = spec.table.columns[index];
  assert(column !== undefined, `table ${spec.table.name} has no column at ${index}`);
  return column;
}
