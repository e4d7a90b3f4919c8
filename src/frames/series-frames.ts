import { type DataFrame, FieldType, type Field as GrafanaField, type Labels } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import type { SeriesLine } from '../live/series-line.ts';
import { groupColumns } from '../live/shared-view.ts';
import { grafanaField, shownValues, valueText } from './field-config.ts';
import type { ViewContent } from './view-content.ts';

/**
 * A frame a group, the group as labels: what time series panels take. Groups come in the order in which they first
 * appeared. Each line is carried on to now, since a metric holds until it changes.
 */
export function seriesFrames(content: ViewContent): DataFrame[] {
  const { series } = content.store;
  if (series === undefined) return [];
  const groups = groupColumns(content.request, content.fields);
  const names = series.fields.map(({ name }) => name);
  const place = ({ name, of }: Field): number => names.indexOf(of ?? name);
  const [groupFields, metricFields] = [content.fields.slice(0, groups), content.fields.slice(groups)];
  const untilMs = series.noticedMs(content.knownMs);
  const fromMs = untilMs - (content.request.historyMs ?? series.rangeMs);
  return [...series.lines].map(line => {
    const labels = Object.fromEntries(
      groupFields.map(field => [field.name, valueText(field, line.label[place(field)]) || '(none)']),
    );
    const from = firstAfter(line.times, fromMs);
    const times = extended(line.times.slice(from), untilMs);
    const metrics = metricFields.map(field => metricField(field, labels, metricFields.length, pointsOf(place(field))));
    return { fields: [timeField(times), ...metrics], length: times.length };

    function pointsOf(index: number): Value[] {
      const points = line.metrics[index - groups] ?? [];
      const shown = points.slice(from);
      if (times.length > shown.length) shown.push(points.at(-1) ?? null);
      return shown;
    }
  });
}

function timeField(values: number[]): GrafanaField {
  return { name: 'time', type: FieldType.time, config: {}, values };
}

/** A line is called by its group; by its metric too when there are several. */
function metricField(field: Field, labels: Labels, metrics: number, values: Value[]): GrafanaField {
  const made = grafanaField(field, shownValues(field, values));
  const group = Object.values(labels).join(' ');
  if (group === '') return made;
  const displayNameFromDS = metrics === 1 ? group : `${field.name} ${group}`;
  return { ...made, labels, config: { ...made.config, displayNameFromDS } };
}

/** The point that holds at `fromMs` is kept. */
function firstAfter(times: readonly number[], fromMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= fromMs) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

function extended(times: SeriesLine['times'], untilMs: number): number[] {
  if (times.length > 0 && times.at(-1)! < untilMs) times.push(untilMs);
  return times;
}
