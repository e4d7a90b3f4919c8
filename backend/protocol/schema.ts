/**
 * What a table looks like, as told to editors by `/api/schema` and used by every room that reads rows.
 * A row is an array in the order of `TableSchema.columns`, so that it needs no property names in memory.
 */

/** Integers are whole numbers within ±2^53; booleans are 0 and 1; times are milliseconds since the epoch. */
export type Value = string | number | null;
export type Row = readonly Value[];

/** The primary key's value; it identifies a row on the wire. */
export type Key = string | number;

/** How a value is stored and compared: SQLite's STRICT types. */
export type ColumnType = 'text' | 'integer' | 'real';

/** What a value means to a reader; storage does not depend on it. */
export type ColumnFormat = 'time-ms' | 'boolean' | 'json' | 'seconds';

export interface EnumEntry {
  readonly value: number;
  readonly name: string;
  /** CSS colour for the value, where it has one of its own. */
  readonly color?: string;
}

export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  /** NOT NULL when false. */
  readonly nullable: boolean;
  readonly format?: ColumnFormat;
  readonly values?: readonly EnumEntry[];
  readonly description?: string;
}

export interface TableSchema {
  readonly name: string;
  /** One column, never null. */
  readonly primaryKey: string;
  readonly columns: readonly ColumnSchema[];
  readonly description?: string;
}

export function columnIndex(table: TableSchema, name: string): number {
  return table.columns.findIndex(column => column.name === name);
}
