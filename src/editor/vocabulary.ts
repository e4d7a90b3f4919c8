import type { Request } from '../../backend/protocol/request.ts';
import type { ColumnSchema, TableSchema } from '../../backend/protocol/schema.ts';
import type { SqlFunction } from '../api/notifier-api.ts';

/** What editors complete from: the notifier's tables, functions and names, and the dashboard's variables. */
export interface Vocabulary {
  readonly tables: readonly TableSchema[];
  readonly functions: readonly SqlFunction[];
  readonly filters: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, Request>>;
  /** Without the $. */
  readonly variables: readonly string[];
}

export const NO_VOCABULARY: Vocabulary = { tables: [], functions: [], filters: {}, views: {}, variables: [] };

export const DEFAULT_TABLE = 'events';

export function tableOf({ source, table = DEFAULT_TABLE }: Request, { tables }: Vocabulary): TableSchema | undefined {
  if (source !== undefined && source !== 'events') return undefined;
  return tables.find(({ name }) => name === table);
}

export function columnOf(table: TableSchema | undefined, name: string): ColumnSchema | undefined {
  return table?.columns.find(column => column.name.toLowerCase() === name.toLowerCase());
}
