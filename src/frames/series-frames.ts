import { type DataFrame, type Field, FieldType, type Labels, MappingType } from '@grafana/data';

/**
 * A frame in the long format (time, group columns, metrics) as one frame a group, its group as the labels of each
 * metric: what time series panels take. Groups come in the order in which they first appear.
 */
export function seriesFrames(long: DataFrame, groupBy: readonly string[]): DataFrame[] {
  const time = long.fields.find(field => field.type === FieldType.time);
  if (time === undefined) return [long];
  const groups = long.fields.filter(field => groupBy.includes(field.name));
  const metrics = long.fields.filter(field => field !== time && !groups.includes(field));
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < long.length; row++) {
    const key = JSON.stringify(groups.map(field => field.values[row]));
    const rows = rowsOf.get(key);
    if (rows === undefined) rowsOf.set(key, [row]);
    else rows.push(row);
  }
  return [...rowsOf.values()].map(rows => {
    const labels = labelsAt(groups, rows[0]!);
    const pick = (field: Field): Field => ({ ...field, values: rows.map(row => field.values[row]) });
    const lines = metrics.map(field =>
      groups.length === 0 ? pick(field) : named(pick(field), labels, metrics.length),
    );
    return { ...long, fields: [pick(time), ...lines], length: rows.length };
  });
}

/** A line is called by its group; by its metric too when there are several. */
function named(field: Field, labels: Labels, metrics: number): Field {
  const group = Object.values(labels).join(' ');
  const displayNameFromDS = metrics === 1 ? group : `${field.name} ${group}`;
  return { ...field, labels, config: { ...field.config, displayNameFromDS } };
}

function labelsAt(groups: readonly Field[], row: number): Labels {
  return Object.fromEntries(groups.map(field => [field.name, nameOf(field, field.values[row])]));
}

function nameOf(field: Field, value: unknown): string {
  for (const mapping of field.config.mappings ?? [])
    if (mapping.type === MappingType.ValueToText) return mapping.options[String(value)]?.text ?? String(value);
  return String(value);
}
