import { type DataFrame, FieldType, type Field as GrafanaField } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import { groupColumns } from '../live/shared-view.ts';
import { valueText } from './field-config.ts';
import { metricFrame } from './metric-frame.ts';
import type { ViewContent } from './view-content.ts';

/**
 * Groups as the nodes of Grafana's node graph, which draws them without edges too: named by their first column, in the
 * colour of the first metric that has colours.
 */
export function statusFrame(content: ViewContent): DataFrame {
  const { fields: all, length } = metricFrame(content);
  const groups = groupColumns(content.request, content.fields);
  const [names, metrics] = [all.slice(0, groups), all.slice(groups)];
  const rows = Array.from({ length }, (_, row) => row);
  const textOf = (index: number, row: number): string =>
    valueText(content.fields[index]!, names[index]?.values[row]) || '(none)';
  const texts = (row: number): string[] => names.map((_, index) => textOf(index, row));
  const fields = [
    textField(
      'id',
      rows.map(row => JSON.stringify(texts(row))),
    ),
    textField(
      'title',
      rows.map(row => texts(row)[0] ?? 'all'),
    ),
    ...(names.length > 1
      ? [
          textField(
            'subtitle',
            rows.map(row => texts(row).slice(1).join(' · ')),
          ),
        ]
      : []),
    ...metrics.map((field, index) => stat(field, index)),
    ...colors(content.fields.slice(groups), metrics),
  ];
  return { name: 'nodes', fields, length, meta: { preferredVisualisationType: 'nodeGraph' } };
}

/** In the node, under it, and on a click. */
function stat(field: GrafanaField, index: number): GrafanaField {
  const { name } = field;
  const config = { ...field.config, displayName: name };
  return { ...field, config, name: ['mainstat', 'secondarystat'][index] ?? `detail__${name}` };
}

function colors(fields: readonly Field[], metrics: readonly GrafanaField[]): GrafanaField[] {
  const index = fields.findIndex(({ values }) => values?.some(({ color }) => color !== undefined));
  const byValue = new Map(fields[index]?.values?.map(({ color, value }) => [value as Value, color]));
  const values = metrics[index]?.values.map(value => byValue.get(value as Value) ?? null);
  return values === undefined ? [] : [{ name: 'color', type: FieldType.string, config: {}, values }];
}

function textField(name: string, values: string[]): GrafanaField {
  return { name, type: FieldType.string, config: {}, values };
}
