import type { Field, RowChange } from '../protocol/messages.ts';
import type { Key, Row, Value } from '../protocol/schema.ts';
import type { MetricFrame } from '../views/metrics/metric-view.ts';

/**
 * The one place where frames become text. Written by hand around `values`, which a source may already have as JSON;
 * the golden messages of the protocol hold the shapes.
 */

export function columnsText(rows: readonly Row[], width: number): string {
  const columns = new Array<Value[]>(width);
  for (let column = 0; column < width; column++) {
    const values = new Array<Value>(rows.length);
    for (let row = 0; row < rows.length; row++) values[row] = rows[row]![column]!;
    columns[column] = values;
  }
  return JSON.stringify(columns);
}

interface SnapFrame {
  readonly view: string;
  readonly asOf: number;
  readonly fields: readonly Field[];
  /** JSON text. */
  readonly values: string;
  readonly conflated: boolean;
}

export function snapText({ asOf, conflated, fields, values, view }: SnapFrame): string {
  return `{"type":"snap","view":${JSON.stringify(view)},"asOf":${asOf},"fields":${JSON.stringify(fields)},"values":${values}${conflated ? ',"conflated":true' : ''}}`;
}

interface DeltaFrame {
  readonly view: string;
  readonly asOf: number;
  readonly fields: readonly Field[];
  readonly rows: readonly Row[];
  readonly remove: readonly Key[];
}

export function deltaText({ asOf, fields, remove, rows, view }: DeltaFrame): string {
  const upsert = rows.length === 0 ? '' : `,"upsert":${columnsText(rows, fields.length)}`;
  const removed = remove.length === 0 ? '' : `,"remove":${JSON.stringify(remove)}`;
  return `{"type":"delta","view":${JSON.stringify(view)},"asOf":${asOf}${upsert}${removed}}`;
}

export function rowsText(frame: { view: string; asOf: number; changes: readonly RowChange[] }): string {
  return JSON.stringify({ type: 'rows', ...frame });
}

export function metricText({ asOf, frame, view }: { view: string; asOf: number; frame: MetricFrame }): string {
  return JSON.stringify({ type: 'metric', view, asOf, fields: frame.fields, values: frame.values });
}

export function seriesText({
  asOf,
  frame,
  view,
}: {
  view: string;
  asOf: number;
  frame: Pick<MetricFrame, 'fields' | 'values'>;
}): string {
  return JSON.stringify({ type: 'series', view, asOf, fields: frame.fields, values: frame.values });
}

export function gapText(gap: { view: string; from: number; to: number }): string {
  return JSON.stringify({ type: 'gap', ...gap });
}
