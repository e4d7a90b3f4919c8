import type { Field } from '../../protocol/messages.ts';
import type { Request } from '../../protocol/request.ts';
import type { TableSchema } from '../../protocol/schema.ts';
import { metricFields } from './metric-fields.ts';
import type { MetricSpec, MetricViewSpec } from './metric-spec.ts';
import { resolveMetrics } from './resolve-metrics.ts';

export interface CanonicalMetrics {
  readonly spec: MetricViewSpec;
  readonly key: string;
  /** The request's own order and names; `of` is the view's field where its name is another. */
  readonly fields: readonly Field[];
}

/**
 * Metrics asked for in another order, twice, or under other names are the same view. The order of groupBy counts only
 * where a limit without an order cuts by it.
 */
export function canonicalMetrics(request: Request, table: TableSchema): CanonicalMetrics {
  const asked = resolveMetrics(request, table);
  const askedFields = metricFields(asked);
  const byOrder = asked.limit !== undefined && asked.orderBy === undefined;
  const layout = {
    table,
    metrics: [...new Map(asked.metrics.map(metric => [metricKey(metric), metric])).entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, metric]) => metric),
    groupBy: byOrder ? asked.groupBy : [...new Set(asked.groupBy)].sort((a, b) => a - b),
  };
  const names = metricFields(layout).map(field => field.name);
  const orderBy = asked.orderBy?.map(({ desc, field }) => ({ field: names.indexOf(askedFields[field]!.name), desc }));
  const spec: MetricViewSpec = { ...layout, orderBy, limit: asked.limit };
  const own = metricFields(
    asked,
    (request.metrics ?? []).map(metric => metric.as),
  );
  return {
    spec,
    key: JSON.stringify([
      'metric',
      spec.metrics.map(metricKey),
      spec.groupBy,
      (spec.orderBy ?? []).map(({ desc, field }) => [field, desc]),
      spec.limit ?? null,
    ]),
    fields: own.map((field, i) =>
      field.name === askedFields[i]!.name ? field : { ...field, of: askedFields[i]!.name },
    ),
  };
}

function metricKey({ bounds, columnIndex, fn }: MetricSpec): string {
  return JSON.stringify([fn, columnIndex ?? null, bounds ?? null]);
}
