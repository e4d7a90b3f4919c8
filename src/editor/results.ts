import type { MetricRequest, Request } from '../../backend/protocol/request.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import type { Format } from '../types.ts';

export interface Result {
  readonly label: string;
  /** What it needs of the notifier: rows, or metrics of them. */
  readonly of: 'rows' | 'metrics';
  readonly sentence: string;
  /** Visualisations that show it best. */
  readonly panels: string;
}

export const RESULTS: Readonly<Record<Format, Result>> = {
  table: { label: 'Table', of: 'rows', sentence: 'The rows themselves, in order.', panels: 'Table' },
  log: { label: 'Log', of: 'rows', sentence: 'A line a row, or with mode all a line a change.', panels: 'Logs' },
  metric: {
    label: 'Metric',
    of: 'metrics',
    sentence: 'The values of now, one row a group.',
    panels: 'Stat, Gauge, Bar gauge, Pie chart or Table',
  },
  series: {
    label: 'Time series',
    of: 'metrics',
    sentence: 'The values over time, one line a group; the notifier keeps their past.',
    panels: 'Time series, State timeline or Stat with a sparkline',
  },
  status: {
    label: 'Node status',
    of: 'metrics',
    sentence: 'A node a group, coloured by the first metric that has colours.',
    panels: 'Node graph',
  },
};

/** Of rows and of metrics, what is not part of the other: kept while the editor is open, for a way back. */
export type Shelf = Partial<Record<Result['of'], Partial<Request>>>;

/** Enough for a wallboard; a panel without a limit would hold the whole table. */
export const DEFAULT_LIMIT = 1000;

export function partOf(request: Request): Result['of'] {
  return request.metrics === undefined ? 'rows' : 'metrics';
}

/** The request in the shape that a result needs. What cannot stand beside it goes on the shelf. */
export function reshaped(
  request: Request,
  format: Format,
  shelf: Shelf,
  table?: TableSchema,
): { request: Request; shelf: Shelf } {
  const { of } = RESULTS[format];
  if (request.view !== undefined) return { request, shelf };
  const was = partOf(request);
  const { columns, groupBy, historyMs, limit, metrics, orderBy, ...common } = request;
  if (of === was) return { request: format === 'status' ? asNodes(request, table) : request, shelf };
  if (of === 'rows') {
    const kept = { ...shelf, metrics: defined({ metrics, groupBy, orderBy, limit, historyMs }) };
    return { request: { ...common, ...(shelf.rows ?? { limit: DEFAULT_LIMIT }) }, shelf: kept };
  }
  const kept = { ...shelf, rows: defined({ columns, orderBy, limit }) };
  const { mode, ...rest } = common;
  // Modes that tell every change are for rows.
  const fitting = mode === undefined || mode === 'net' || mode === 'immediate' ? common : rest;
  const made: Request = { ...fitting, ...(shelf.metrics ?? { metrics: [COUNT] }) };
  return { request: format === 'status' ? asNodes(made, table) : made, shelf: kept };
}

const COUNT: MetricRequest = { fn: 'count' };

/**
 * Nodes are groups: by the column that names them, if no other is chosen. Where nothing but a count was asked they show
 * their worst before it, which gives them colours.
 */
function asNodes(request: Request, table: TableSchema | undefined): Request {
  const { groupBy = [], metrics = [COUNT] } = request;
  const has = (column: string): boolean => table?.columns.some(({ name }) => name === column) ?? false;
  const node = has('node') ? 'node' : table?.columns.find(({ type }) => type === 'text')?.name;
  const isBare = metrics.length === 1 && metrics[0]?.fn === 'count' && metrics[0].column === undefined;
  return {
    ...request,
    ...(groupBy.length === 0 && node !== undefined && { groupBy: [node] }),
    metrics: isBare && has('severity') ? [{ fn: 'max', column: 'severity', as: 'worst' }, ...metrics] : metrics,
  };
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}
