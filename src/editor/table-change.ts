import type { Request } from '../../backend/protocol/request.ts';
import { compileFilter } from '../../backend/sql/filter.ts';
import type { AskedTable } from '../api/notifier-api.ts';
import { DEFAULT_TABLE } from '../api/table-name.ts';
import { replaceReferences } from '../variables/references.ts';
import { metricName } from './metric-edit.ts';
import { columnOf, type Vocabulary } from './vocabulary.ts';
import { without } from './without.ts';

/** The same asked of another table: what that one has no columns for is not asked any more. */
export function ofTable(request: Request, table: AskedTable, { filters }: Pick<Vocabulary, 'filters'>): Request {
  const { columns, filter, groupBy, metrics, orderBy, ...rest } = without(request, 'table', 'source', 'view');
  const has = (name: string): boolean => name.startsWith('$') || columnOf(table, name) !== undefined;
  const groups = groupBy?.filter(has);
  const kept = metrics?.filter(({ column }) => column === undefined || has(column));
  const made = metrics && (kept?.length ? kept : [{ fn: 'count' } as const]);
  const order = orderBy?.filter(({ column }) =>
    made === undefined ? has(column) : groups?.includes(column) || made.some(metric => metricName(metric) === column),
  );
  const shown = columns?.filter(has);
  return {
    ...rest,
    ...(table.source !== undefined && { source: table.source }),
    ...(table.name !== DEFAULT_TABLE && { table: table.name }),
    ...(filter !== undefined && fits(filter, table, filters) && { filter }),
    ...(shown?.length && { columns: shown }),
    ...(made && { metrics: made }),
    ...(groups?.length && { groupBy: groups }),
    ...(order?.length && { orderBy: order }),
  };
}

/** As far as it can be told without the values of variables: a NULL fits wherever one of them would. */
function fits(filter: string, table: AskedTable, filters: Vocabulary['filters']): boolean {
  try {
    const named = { resolve: (name: string) => filters[name], names: () => Object.keys(filters) };
    compileFilter(
      replaceReferences(filter, () => 'NULL'),
      table,
      named,
    );
    return true;
  } catch {
    return false; // its fault is the reader's to see only where it was written
  }
}
