import { type DataFrame, type DataLink, type DataQueryResponse, type Field, FieldType } from '@grafana/data';
import type { Key } from '../../backend/protocol/schema.ts';
import type { PanelcastQuery } from '../types.ts';

/** A row as it stood when it was clicked. What a live table shows at its place afterwards is another matter. */
export interface ClickedRow {
  readonly table: string;
  readonly key: Key;
  /** What its cells said, by column. */
  readonly told: Readonly<Record<string, string>>;
}

/** Undefined when the row under the click is gone already. */
export type OnRow = (row: ClickedRow | undefined) => void;

/** What tells a reader which row it is. */
const TELLING = ['summary', 'severity', 'node', 'site', 'service', 'owner'];

/**
 * A link on the rows of those queries that want it: a click opens what operators can do to that very row. Grafana's own
 * actions are bound to a place in the table: while they are confirmed a live table moves on beneath, and they are done to
 * whatever row stands there by then.
 */
export class RowLinks {
  readonly #onRow: OnRow;
  /** The same object each time: Grafana compares the configurations of fields, and functions are equal only to themselves. */
  readonly #made = new Map<string, DataLink>();

  constructor(onRow: OnRow) {
    this.#onRow = onRow;
  }

  /** The answer, with links on the rows of those queries that want them. */
  offer(response: DataQueryResponse, queries: readonly PanelcastQuery[]): DataQueryResponse {
    const isActing = ({ actions, request }: PanelcastQuery) => actions && (request.source ?? 'events') === 'events';
    const acting = new Map(queries.filter(isActing).map(({ refId, request }) => [refId, request]));
    const data = response.data.map((frame: DataFrame) => {
      const request = acting.get(frame.refId ?? '');
      return request === undefined ? frame : this.#withLink(frame, request.table ?? 'events');
    });
    return { ...response, data };
  }

  #withLink(frame: DataFrame, table: string): DataFrame {
    const [keyIndex] = frame.meta?.uniqueRowIdFields ?? [];
    const key = keyIndex === undefined ? undefined : frame.fields[keyIndex];
    const place = clickable(frame);
    if (key === undefined || place === undefined) return frame;
    const link = this.#linkOf(table, key, frame);
    const fields = frame.fields.map(field =>
      field === place ? { ...field, config: { ...field.config, links: [link] } } : field,
    );
    return { ...frame, fields };
  }

  #linkOf(table: string, key: Field, frame: DataFrame): DataLink {
    const telling = TELLING.filter(name => frame.fields.some(field => field.name === name));
    const of = JSON.stringify([table, key.name, key.type, telling]);
    let link = this.#made.get(of);
    if (link === undefined) {
      link = {
        title: 'Act on this row',
        url: '#',
        onClick: ({ replaceVariables = text => text }) =>
          this.#onRow(
            clickedRow({ table, key: key.name, isNumber: key.type === FieldType.number, telling }, replaceVariables),
          ),
      };
      this.#made.set(of, link);
    }
    return link;
  }
}

interface Row {
  readonly table: string;
  readonly key: string;
  readonly isNumber: boolean;
  readonly telling: readonly string[];
}

function clickedRow({ isNumber, key, table, telling }: Row, fill: (text: string) => string): ClickedRow | undefined {
  // Not the shown text of a number, which may have a unit.
  const written = fill(cellOf(key, isNumber ? 'numeric' : 'text'));
  const value = isNumber ? Number(written) : written;
  if (written === '' || written.startsWith('$') || Number.isNaN(value)) return undefined;
  return { table, key: value, told: Object.fromEntries(telling.map(name => [name, fill(cellOf(name, 'text'))])) };
}

function cellOf(column: string, part: 'numeric' | 'text'): string {
  return `\${__data.fields["${column}"].${part}}`;
}

/** Where people click a row: on what it says. A link of the column's own stays alone. */
function clickable({ fields }: DataFrame): Field | undefined {
  const shown = fields.filter(({ config }) => !config.custom?.hidden && !config.links?.length);
  return (
    shown.find(({ name }) => name === 'summary') ?? shown.find(({ type }) => type === FieldType.string) ?? shown[0]
  );
}
