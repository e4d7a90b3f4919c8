import type { Request } from '../../backend/protocol/request.ts';
import type { ColumnSchema, TableSchema } from '../../backend/protocol/schema.ts';
import type { AskedTable, SqlFunction } from '../api/notifier-api.ts';
import { nameOfTable, tableName } from '../api/table-name.ts';

/** What editors complete from: the notifier's tables, functions and names, and the dashboard's variables. */
export interface Vocabulary {
  readonly tables: readonly AskedTable[];
  readonly functions: readonly SqlFunction[];
  readonly filters: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, Request>>;
  /** Without the $. */
  readonly variables: readonly string[];
}

export const NO_VOCABULARY: Vocabulary = { tables: [], functions: [], filters: {}, views: {}, variables: [] };

export function tableOf(request: Request, { tables }: Vocabulary): AskedTable | undefined {
  const name = tableName(request);
  return tables.find(table => nameOfTable(table) === name);
}

export function columnOf(table: TableSchema | undefined, name: string): ColumnSchema | undefined {
  return table?.columns.find(column => column.name.toLowerCase() === name.toLowerCase());
}
