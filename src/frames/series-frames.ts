import { type DataFrame, FieldType, type Field as GrafanaField, type Labels } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import { groupColumns } from '../live/shared-view.ts';
import { grafanaField, shownValues, valueText } from './field-config.ts';
import type { SeriesWindow } from './series-window.ts';
import type { ViewContent } from './view-content.ts';

/**
 * A frame a group, the group as labels: what time series panels take. Groups come in the order in which they first
 * appeared. All have a point at every moment at which one of them changed: Grafana stacks lines by the points of each
 * moment, and what a line does not tell there counts as nothing.
 */
export function seriesFrames({ fields, knownMs, request, store }: ViewContent, past: SeriesWindow): DataFrame[] {
  const { series } = store;
  if (series === undefined) return [];
  const untilMs = series.noticedMs(knownMs);
  past.show(series, untilMs - (request.historyMs ?? series.rangeMs), untilMs);
  const groups = groupColumns(request, fields);
  const names = series.fields.map(({ name }) => name);
  const placed = fields.map(field => ({ field, place: names.indexOf(field.of ?? field.name) }));
  const [groupFields, metricFields] = [placed.slice(0, groups), placed.slice(groups)];
  return Array.from(series.lines, line => {
    const labels = Object.fromEntries(
      groupFields.map(({ field, place }) => [field.name, valueText(field, line.label[place]) || '(none)']),
    );
    const columns = past.columnsOf(line);
    const metrics = metricFields.map(({ field, place }) =>
      metricField(field, labels, metricFields.length, columns[place - groups] ?? []),
    );
    return { fields: [timeField(past.times), ...metrics], length: past.times.length };
  });
}

function timeField(values: number[]): GrafanaField {
  return { name: 'time', type: FieldType.time, config: {}, values };
}

/** A line is called by its group; by its metric too when there are several. */
function metricField(field: Field, labels: Labels, metrics: number, values: Value[]): GrafanaField {
  const made = grafanaField(field, field.format === 'boolean' ? shownValues(field, values) : values);
  const group = Object.values(labels).join(' ');
  if (group === '') return made;
  const displayNameFromDS = metrics === 1 ? group : `${field.name} ${group}`;
  return { ...made, labels, config: { ...made.config, displayNameFromDS } };
}
