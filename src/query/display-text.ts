import type { MetricRequest, Request } from '../../backend/protocol/request.ts';

/** A request in one line: `count, max(severity) by node where site = 'lon'`. */
export function displayText({
  columns,
  filter,
  groupBy,
  limit,
  metrics,
  orderBy,
  source,
  table,
  view,
}: Request): string {
  const what =
    view !== undefined
      ? `view ${view}`
      : metrics !== undefined
        ? metrics.map(metricText).join(', ')
        : (columns?.join(', ') ?? `all columns`);
  const from = [source, table].filter(Boolean).join('.');
  return [
    what,
    from && `of ${from}`,
    groupBy?.length && `by ${groupBy.join(', ')}`,
    filter?.trim() && `where ${filter.trim()}`,
    orderBy?.length && `ordered by ${orderBy.map(({ column, desc }) => (desc ? `${column} desc` : column)).join(', ')}`,
    limit && `limit ${limit}`,
  ]
    .filter(Boolean)
    .join(' ');
}

function metricText({ as, column, fn }: MetricRequest): string {
  return as ?? (column === undefined ? fn : `${fn}(${column})`);
}
