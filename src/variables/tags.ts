import type { AdHocVariableFilter, MetricFindValue } from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import type { ColumnSchema } from '../../backend/protocol/schema.ts';
import type { NotifierApi } from '../api/notifier-api.ts';
import { nameOfTable } from '../api/table-name.ts';
import { withAdHocFilters } from './ad-hoc-filters.ts';
import { distinctRequest } from './query-variables.ts';

/** Columns whose values nobody picks from a list. */
const FREE_FORMATS: ReadonlySet<string | undefined> = new Set(['time-ms', 'json']);

/** The columns of the tables that a dashboard asks. */
export async function tagKeys(api: NotifierApi, tables: ReadonlySet<string>): Promise<MetricFindValue[]> {
  const schema = await api.schema();
  const columns = schema.tables.filter(table => tables.has(nameOfTable(table))).flatMap(table => table.columns);
  const names = new Set(columns.filter(({ format }) => !FREE_FORMATS.has(format)).map(({ name }) => name));
  return [...names].map(name => ({ text: name, value: name }));
}

/** The values that a column has in the rows that the other filters keep. */
export async function tagValues(
  api: NotifierApi,
  tables: ReadonlySet<string>,
  { filters, key }: { readonly key: string; readonly filters: readonly AdHocVariableFilter[] },
): Promise<MetricFindValue[]> {
  const schema = await api.schema();
  const table = schema.tables.find(
    known => tables.has(nameOfTable(known)) && known.columns.some(column => column.name === key),
  );
  const column = table?.columns.find(({ name }) => name === key);
  if (table === undefined || column === undefined) return [];
  const others = filters.filter(filter => filter.key !== key);
  const request = distinctRequest(key, {
    source: table.source,
    table: table.name,
    filter: withAdHocFilters('', others),
  });
  const { values } = await lastValueFrom(api.query(request));
  return (values[0] ?? []).flatMap(value => (value === null ? [] : [choice(column, value)]));
}

/** Names of an enumeration are understood in filters as well as its numbers. */
function choice({ values }: ColumnSchema, value: string | number): MetricFindValue {
  return { text: values?.find(entry => entry.value === value)?.name ?? String(value), value: String(value) };
}
