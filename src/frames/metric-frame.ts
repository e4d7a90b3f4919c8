import type { DataFrame } from '@grafana/data';
import { grafanaField, shownValues } from './field-config.ts';
import type { ViewContent } from './view-content.ts';

/** The metrics of now: a field each, a row a group, in the notifier's order. */
export function metricFrame({ fields, store }: ViewContent): DataFrame {
  const { metric } = store;
  const columns = new Map(metric?.fields.map(({ name }, index) => [name, metric.values[index] ?? []]));
  const made = fields.map(field => grafanaField(field, shownValues(field, columns.get(field.of ?? field.name) ?? [])));
  return { fields: made, length: made[0]?.values.length ?? 0 };
}
