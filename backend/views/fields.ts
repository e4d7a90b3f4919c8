import type { Field } from '../protocol/messages.ts';
import type { TableSchema } from '../protocol/schema.ts';

interface Described {
  /** By index of the column. */
  readonly fields: readonly Field[];
  /** By the columns asked for. */
  readonly lists: Map<string, readonly Field[]>;
}

const described = new WeakMap<TableSchema, Described>();
/** Distinct projections of one table that are shared: dashboards have dozens. */
const LISTS_MAX = 1000;

/**
 * How a table's columns are described on the wire. Equal lists are one object: tens of thousands of views and
 * registrations hold them, and each of their own would be the largest part of a view.
 */
export function columnFields(table: TableSchema, columns: readonly number[]): readonly Field[] {
  let known = described.get(table);
  if (known === undefined) {
    known = { fields: table.columns.map((_, index) => describe(table, index)), lists: new Map() };
    described.set(table, known);
  }
  const { fields, lists } = known;
  const key = columns.join();
  let list = lists.get(key);
  if (list === undefined) {
    list = columns.map(index => fields[index]!);
    if (lists.size === LISTS_MAX) lists.clear();
    lists.set(key, list);
  }
  return list;
}

function describe(table: TableSchema, index: number): Field {
  const { format, name, type, values } = table.columns[index]!;
  return {
    name,
    type,
    ...(format === undefined ? {} : { format }),
    ...(values === undefined ? {} : { values }),
    ...(name === table.primaryKey ? { key: true as const } : {}),
  };
}
