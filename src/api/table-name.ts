import type { Request } from '../../backend/protocol/request.ts';
import type { AskedTable } from './notifier-api.ts';

export const DEFAULT_TABLE = 'events';

/** A table as people name it: of another source than the store, with that before it. */
export function tableName({ source, table = DEFAULT_TABLE }: Pick<Request, 'source' | 'table'>): string {
  return source === undefined || source === 'events' ? table : `${source}.${table}`;
}

export function nameOfTable({ name, source }: AskedTable): string {
  return tableName({ table: name, ...(source !== undefined && { source }) });
}
