import {
  CustomVariableSupport,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  type Field,
  FieldType,
  MappingType,
} from '@grafana/data';
import { map, type Observable } from 'rxjs';
import type { Request } from '../../backend/protocol/request.ts';
import type { PanelcastOptions, PanelcastQuery, PanelcastVariableQuery } from '../types.ts';

/** More choices than a reader scrolls through. */
const VALUES_MAX = 5000;

interface AnswersOnce {
  answer(asked: DataQueryRequest<PanelcastQuery>): Observable<DataQueryResponse>;
}

type Source = DataSourceApi<PanelcastQuery, PanelcastOptions>;

/**
 * A variable's values are the distinct ones of a column, or those of the first column of any request. The editor knows
 * the data source and not the other way round, so it is given.
 */
export class QueryVariables extends CustomVariableSupport<Source, PanelcastVariableQuery> {
  readonly #source: AnswersOnce;
  override readonly editor: CustomVariableSupport<Source, PanelcastVariableQuery>['editor'];

  constructor(source: AnswersOnce, editor: QueryVariables['editor']) {
    super();
    this.#source = source;
    this.editor = editor;
  }

  override query(asked: DataQueryRequest<PanelcastVariableQuery>): Observable<DataQueryResponse> {
    // A variable that was just made has no column yet; without one the whole table would be fetched.
    const targets = asked.targets
      .filter(({ column, request }) => column !== undefined || request !== undefined)
      .map(target => ({ refId: target.refId ?? 'variable', request: variableRequest(target) }));
    return this.#source
      .answer({ ...asked, targets: targets.map(target => ({ ...target, format: 'metric' as const })) })
      .pipe(map(answer => ({ ...answer, data: answer.data.map(choices) })));
  }
}

export function variableRequest({ column, filter, request, source, table }: PanelcastVariableQuery): Request {
  return column === undefined ? (request ?? {}) : distinctRequest(column, { source, table, filter });
}

interface Rows {
  readonly source?: string | undefined;
  readonly table?: string | undefined;
  readonly filter?: string | undefined;
}

/** The values that a column has, in its order. */
export function distinctRequest(column: string, { filter, source, table }: Rows): Request {
  return {
    ...(source !== undefined && { source }),
    ...(table !== undefined && { table }),
    ...(filter !== undefined && { filter }),
    metrics: [{ fn: 'count' }],
    groupBy: [column],
    orderBy: [{ column }],
    limit: VALUES_MAX,
  };
}

/** The first text column if there is one, else the first; an enumeration by its names, with its numbers as values. */
function choices(frame: DataFrame): DataFrame {
  const field = frame.fields.find(({ type }) => type === FieldType.string) ?? frame.fields[0];
  const values = [...new Set(field?.values ?? [])].filter(value => value !== null);
  const texts = values.map(value => (field === undefined ? '' : textOf(field, value)));
  return {
    ...frame,
    length: values.length,
    fields: [textField('text', texts), textField('value', values.map(String))],
  };
}

function textOf({ config }: Field, value: unknown): string {
  for (const mapping of config.mappings ?? [])
    if (mapping.type === MappingType.ValueToText) return mapping.options[String(value)]?.text ?? String(value);
  return String(value);
}

function textField(name: string, values: string[]): Field {
  return { name, type: FieldType.string, config: {}, values };
}
