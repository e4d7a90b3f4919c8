import { type DataFrame, FieldType, type Field as GrafanaField, type Labels } from '@grafana/data';
import type { Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import type { SeriesLine } from '../live/series-line.ts';
import { groupColumns } from '../live/shared-view.ts';
import { grafanaField, shownValues, valueText } from './field-config.ts';
import type { ViewContent } from './view-content.ts';

/**
 * A frame a group, the group as labels: what time series panels take. Groups come in the order in which they first
 * appeared. All have a point at every moment at which one of them changed, and at now, since a metric holds until it
 * changes: Grafana stacks lines by the points of each moment, and what a line does not tell there counts as nothing.
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
  const lines = [...series.lines];
  const times = momentsOf(lines, fromMs, untilMs);
  return lines.map(line => {
    const labels = Object.fromEntries(
      groupFields.map(field => [field.name, valueText(field, line.label[place(field)]) || '(none)']),
    );
    const metrics = metricFields.map(field => {
      const values = heldAt(times, line.times, line.metrics[place(field) - groups] ?? []);
      return metricField(field, labels, metricFields.length, values);
    });
    return { fields: [timeField([...times]), ...metrics], length: times.length };
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

/** When any of the lines changed, ascending: from what holds at `fromMs` to now. */
function momentsOf(lines: readonly SeriesLine[], fromMs: number, untilMs: number): number[] {
  const all: number[] = [];
  for (const { times } of lines) {
    if (times.length === 0) continue;
    all.push(Math.max(fromMs, times[0]!));
    for (let i = firstAfter(times, fromMs); i < times.length; i++) all.push(times[i]!);
  }
  if (all.length > 0) all.push(untilMs);
  const sorted = Float64Array.from(all).sort();
  return [...sorted.filter((time, i) => time !== sorted[i - 1])];
}

/** The values of a step function at each of the moments; null before its first point. */
function heldAt(moments: readonly number[], times: readonly number[], points: readonly Value[]): Value[] {
  let next = 0;
  return moments.map(moment => {
    while (next < times.length && times[next]! <= moment) next++;
    return next === 0 ? null : (points[next - 1] ?? null);
  });
}

function firstAfter(times: readonly number[], fromMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
