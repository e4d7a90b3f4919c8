import type { Field } from '../protocol/messages.ts';
import type { TableSchema } from '../protocol/schema.ts';

/** Some columns of a table, in an order. */
export interface Projection {
  readonly columns: readonly number[];
  /** How they are described on the wire. */
  readonly fields: readonly Field[];
  /** Of the view that shows them of all rows of a filter. */
  readonly viewKey: string;
}

interface Described {
  /** By index of the column. */
  readonly fields: readonly Field[];
  /** By the columns asked for. */
  readonly projections: Map<string, Projection>;
}

const described = new WeakMap<TableSchema, Described>();
/** Distinct projections of one table that are shared: dashboards have dozens. */
const PROJECTIONS_MAX = 1000;

/**
 * Equal projections are one object: tens of thousands of views and registrations hold them, and each of their own would
 * be the largest part of a view.
 */
export function projectionOf(table: TableSchema, columns: readonly number[]): Projection {
  let known = described.get(table);
  if (known === undefined) {
    known = { fields: table.columns.map((_, index) => describe(table, index)), projections: new Map() };
    described.set(table, known);
  }
  const { fields, projections } = known;
  const key = columns.join();
  let projection = projections.get(key);
  if (projection === undefined) {
    projection = { columns, fields: columns.map(index => fields[index]!), viewKey: JSON.stringify(['rows', columns]) };
    if (projections.size === PROJECTIONS_MAX) projections.clear();
    projections.set(key, projection);
  }
  return projection;
}

export function columnFields(table: TableSchema, columns: readonly number[]): readonly Field[] {
  return projectionOf(table, columns).fields;
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
