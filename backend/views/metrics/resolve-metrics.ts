import { nearest } from '../../lib/nearest.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import type { MetricRequest, Request } from '../../protocol/request.ts';
import { METRIC_FNS } from '../../protocol/request.ts';
import { type ColumnSchema, columnIndex, type TableSchema } from '../../protocol/schema.ts';
import { metricFields } from './metric-fields.ts';
import { METRIC_FUNCTIONS } from './metric-functions.ts';
import type { MetricOrder, MetricSpec, MetricViewSpec } from './metric-spec.ts';

/** More buckets than a panel has room to draw. */
const BOUNDS_MAX = 100;

/** The metric part of a request against its table; throws `bad-request` with what would be right. */
export function resolveMetrics(
  request: Pick<Request, 'metrics' | 'groupBy' | 'orderBy' | 'limit'>,
  table: TableSchema,
): MetricViewSpec {
  const metrics = request.metrics ?? [];
  const spec: MetricViewSpec = {
    table,
    metrics: metrics.map(metric => resolveMetric(metric, table)),
    groupBy: [...new Set(request.groupBy)].map(name => resolveColumn(name, table)),
    limit: request.limit,
  };
  const fields = metricFields(
    spec,
    metrics.map(metric => metric.as),
  ).map(field => field.name);
  const canonical = metricFields(spec).map(field => field.name);
  const orderBy = (request.orderBy ?? []).map(({ column, desc = false }): MetricOrder => {
    const field = fields.includes(column) ? fields.indexOf(column) : canonical.indexOf(column);
    if (field < 0) throw bad(`cannot order by "${column}", which is no field of this view`, column, fields);
    return { field, desc };
  });
  return orderBy.length === 0 ? spec : { ...spec, orderBy };
}

function resolveMetric(metric: MetricRequest, table: TableSchema): MetricSpec {
  const { fn, column: name, bounds } = metric;
  if (!METRIC_FNS.includes(fn)) throw bad(`unknown metric function "${fn}"`, fn, METRIC_FNS);
  const takes = METRIC_FUNCTIONS[fn].column;
  if ((fn === 'distribution') !== (bounds !== undefined)) {
    throw bad(fn === 'distribution' ? 'distribution needs bounds' : `${fn} takes no bounds; distribution does`);
  }
  if (bounds !== undefined) checkBounds(bounds);
  if (name === undefined) {
    if (takes !== 'optional') throw bad(`${fn} needs a column; only count may go without`);
    return { fn };
  }
  const index = resolveColumn(name, table);
  if (takes === 'number') checkNumber(fn, table.columns[index]!);
  return bounds === undefined ? { fn, columnIndex: index } : { fn, columnIndex: index, bounds };
}

function resolveColumn(name: string, table: TableSchema): number {
  const index = columnIndex(table, name);
  if (index >= 0) return index;
  const known = table.columns.map(column => column.name);
  throw bad(`unknown column "${name}" in table ${table.name}`, name, known);
}

function checkNumber(fn: string, column: ColumnSchema): void {
  if (column.type === 'text')
    throw bad(`${fn} needs a number column, but "${column.name}" is text; distinct, min and max take text`);
}

function checkBounds(bounds: readonly number[]): void {
  if (bounds.length === 0 || bounds.length > BOUNDS_MAX) throw bad(`distribution takes 1 to ${BOUNDS_MAX} bounds`);
  bounds.forEach((bound, i) => {
    if (!Number.isFinite(bound)) throw bad('the bounds of a distribution are finite numbers');
    if (i > 0 && bound <= bounds[i - 1]!) {
      throw bad(`the bounds of a distribution ascend, but ${bounds[i - 1]} is followed by ${bound}`);
    }
  });
}

function bad(message: string, name?: string, known: Iterable<string> = []): PanelcastError {
  const meant = name === undefined ? undefined : nearest(name, known);
  return new PanelcastError('bad-request', meant === undefined ? message : `${message}; did you mean "${meant}"?`);
}
