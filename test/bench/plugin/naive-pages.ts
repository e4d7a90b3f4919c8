import { type DataFrame, dataFrameFromJSON, FieldType, MutableDataFrame, toDataFrame } from '@grafana/data';
import type { Field, ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Value } from '../../../backend/protocol/schema.ts';
import { type Columns, HISTORY_MS, type Panel, START } from './page-plan.ts';

type NamedRow = Readonly<Record<string, Value>>;
type Frames = readonly DataFrame[];

/** The same messages, applied to rows that are kept; frames are made anew row by row, as Grafana's tutorial for streams does. */
export class RebuiltPage {
  readonly #views = new Map<string, { readonly fields: readonly Field[]; readonly rows: Map<Value, NamedRow> }>();
  readonly #pasts = new Map<string, Map<Value, { timeMs: number; count: Value }[]>>();
  readonly #frames = new Map<string, Frames>();
  #nowMs = START;

  take(texts: readonly string[]): readonly Frames[] {
    for (const text of texts) this.#apply(JSON.parse(text) as ServerMessage);
    this.#nowMs += 1000;
    return [...this.#frames.values()];
  }

  #apply(message: ServerMessage): void {
    if (message.type === 'snap') {
      const { fields, values, view } = message;
      const rows = namedRows(fields, values).map((row): [Value, NamedRow] => [row.serial!, row]);
      this.#views.set(view, { fields, rows: new Map(rows) });
      this.#rebuild(view);
    } else if (message.type === 'delta') {
      const { fields, rows } = this.#views.get(message.view)!;
      for (const row of namedRows(fields, message.upsert ?? [])) rows.set(row.serial!, row);
      this.#rebuild(message.view);
    } else if (message.type === 'series') {
      const past = new Map<Value, { timeMs: number; count: Value }[]>();
      this.#pasts.set(message.view, past);
      for (const { count, service, time } of namedRows(message.fields, message.values))
        pointsOf(past, service!).push({ timeMs: Number(time), count: count! });
    } else if (message.type === 'metric') this.#metric(message.view, message.fields, message.values);
  }

  #metric(view: string, fields: readonly Field[], values: Columns): void {
    const rows = namedRows(fields, values);
    const past = this.#pasts.get(view);
    if (past === undefined) return void this.#frames.set(view, [frameOf(fields, rows)]);
    for (const { count, service } of rows) pointsOf(past, service!).push({ timeMs: this.#nowMs, count: count! });
    const shown = Array.from(past.values(), points => points.filter(point => point.timeMs > this.#nowMs - HISTORY_MS));
    this.#frames.set(
      view,
      shown.map(points => {
        const types = { time: FieldType.time, count: FieldType.number };
        const frame = new MutableDataFrame({ fields: Object.entries(types).map(([name, type]) => ({ name, type })) });
        for (const { count, timeMs } of points) frame.add({ time: timeMs, count });
        return frame;
      }),
    );
  }

  #rebuild(view: string): void {
    const { fields, rows } = this.#views.get(view)!;
    this.#frames.set(view, [frameOf(fields, [...rows.values()].sort(byGravity))]);
  }
}

/** Each panel's whole answer anew: what a data source does that is asked again and answers with a list of objects. */
export const wholeRows = {
  textOf: ({ fields, whole }: Panel): string => JSON.stringify(namedRows(fields, whole())),
  framesOf: (text: string): Frames => [toDataFrame(JSON.parse(text))],
};

/** The same from Grafana's own form, column by column, which becomes a frame as it stands: the least that can be done. */
export const wholeColumns = {
  textOf: ({ fields, whole }: Panel): string =>
    JSON.stringify({
      schema: { refId: 'A', fields: fields.map(field => ({ name: field.name, type: grafanaType(field) })) },
      data: { values: whole() },
    }),
  framesOf: (text: string): Frames => [dataFrameFromJSON(JSON.parse(text))],
};

export type WholeAnswers = typeof wholeRows;

function pointsOf<P>(past: Map<Value, P[]>, group: Value): P[] {
  const points = past.get(group) ?? [];
  past.set(group, points);
  return points;
}

function grafanaType({ format, type }: Field) {
  if (format === 'time-ms') return FieldType.time;
  if (format === 'boolean') return FieldType.boolean;
  return type === 'text' ? FieldType.string : FieldType.number;
}

function namedRows(fields: readonly Field[], values: Columns): NamedRow[] {
  return (values[0] ?? []).map((_, row) =>
    Object.fromEntries(fields.map(({ name }, index) => [name, values[index]![row]!])),
  );
}

function byGravity(a: NamedRow, b: NamedRow): number {
  return (
    Number(b.severity) - Number(a.severity) ||
    Number(b.last_occurrence) - Number(a.last_occurrence) ||
    Number(a.serial) - Number(b.serial)
  );
}

function frameOf(fields: readonly Field[], rows: readonly NamedRow[]): DataFrame {
  const frame = new MutableDataFrame({ fields: fields.map(field => ({ name: field.name, type: grafanaType(field) })) });
  for (const row of rows) frame.add(row);
  return frame;
}
