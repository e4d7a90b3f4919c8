// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana fills them in when a cell is clicked
import {
  type Action,
  ActionType,
  ActionVariableType,
  type DataFrame,
  type DataQueryResponse,
  type Field,
  FieldType,
  HttpRequestMethod,
} from '@grafana/data';
import type { RowAction } from '../../backend/protocol/row-action.ts';
import type { PanelcastQuery } from '../types.ts';
import { ACTION_KINDS } from './row-action-kinds.ts';

/** Suppressed, and not one of the levels of escalation. */
const SUPPRESSED = '4';

const OFFERED: readonly { readonly action: RowAction; readonly value?: string; readonly asks?: string }[] = [
  { action: 'acknowledge' },
  { action: 'unacknowledge' },
  { action: 'own' },
  { action: 'suppress', value: SUPPRESSED },
  { action: 'severity', value: '$severity', asks: 'Severity (0 to 5, or its name)' },
  { action: 'note', value: '$note', asks: 'Note' },
  { action: 'delete' },
];

/**
 * What operators can do to a row of a panel, as Grafana's own actions: it asks for the words and for a confirmation, and
 * posts to the data source's proxy. What comes from a cell or a person goes into the address, where Grafana encodes it;
 * into a body Grafana puts it as it is, quotes and all.
 */
export class PanelActions {
  readonly #url: string;
  /** The same array each time: Grafana compares a field's configuration by identity. */
  readonly #made = new Map<string, readonly Action[]>();

  constructor(dataSourceUrl: string) {
    this.#url = `${dataSourceUrl.replace(/\/+$/, '')}/api/actions`;
  }

  /** The answer, with actions on the rows of those queries that want them. */
  offer(response: DataQueryResponse, queries: readonly PanelcastQuery[]): DataQueryResponse {
    const acting = new Map(queries.filter(({ actions }) => actions).map(query => [query.refId, query.request]));
    if (acting.size === 0) return response;
    const data = response.data.map((frame: DataFrame) => {
      const request = acting.get(frame.refId ?? '');
      return request === undefined ? frame : this.#withActions(frame, request.table ?? 'events');
    });
    return { ...response, data };
  }

  #withActions(frame: DataFrame, table: string): DataFrame {
    const [keyIndex] = frame.meta?.uniqueRowIdFields ?? [];
    const key = keyIndex === undefined ? undefined : frame.fields[keyIndex];
    const place = clickable(frame);
    if (key === undefined || place === undefined) return frame;
    const actions = [...this.#actionsOf(table, key)];
    const fields = frame.fields.map(field =>
      field === place ? { ...field, config: { ...field.config, actions } } : field,
    );
    return { ...frame, fields };
  }

  #actionsOf(table: string, key: Field): readonly Action[] {
    const of = JSON.stringify([table, key.name]);
    let actions = this.#made.get(of);
    if (actions === undefined) {
      actions = OFFERED.map(offered => this.#action(offered, table, key));
      this.#made.set(of, actions);
    }
    return actions;
  }

  #action({ action, asks, value }: (typeof OFFERED)[number], table: string, key: Field): Action {
    const { isDestructive, title } = ACTION_KINDS[action];
    // Not the formatted text of a number, which may have units.
    const part = key.type === FieldType.number ? 'numeric' : 'text';
    return {
      type: ActionType.Fetch,
      title,
      confirmation: `${title}: ${'${__value.text}'}${isDestructive ? ' — for everybody, and for good' : ''}`,
      ...(asks !== undefined && { variables: [{ key: action, name: asks, type: ActionVariableType.String }] }),
      [ActionType.Fetch]: {
        method: HttpRequestMethod.POST,
        url: this.#url,
        queryParams: [
          ['key', `\${__data.fields["${key.name}"].${part}}`],
          ...(value === undefined ? [] : [['value', value] as [string, string]]),
        ],
        headers: [['Content-Type', 'application/json']],
        body: JSON.stringify({ action, table }),
      },
    };
  }
}

/** Where people click a row: on what it says. A link of the column's own stays alone. */
function clickable({ fields }: DataFrame): Field | undefined {
  const shown = fields.filter(({ config }) => !config.custom?.hidden && !config.links?.length);
  return (
    shown.find(({ name }) => name === 'summary') ?? shown.find(({ type }) => type === FieldType.string) ?? shown[0]
  );
}
