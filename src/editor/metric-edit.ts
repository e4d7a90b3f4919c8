import type { MetricFn, MetricRequest } from '../../backend/protocol/request.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';

/** Columns that a function can be of. */
export function metricColumns(fn: MetricFn, table: TableSchema | undefined): string[] {
  const isForNumbers = fn === 'sum' || fn === 'avg' || fn === 'distribution';
  const columns = table?.columns ?? [];
  return columns.filter(({ type }) => !isForNumbers || type !== 'text').map(({ name }) => name);
}

const BOUNDS = [1, 10, 100] as const;

/** The metric with another function: its column stays if that can be of it, else the first that can. */
export function withFunction(metric: MetricRequest, fn: MetricFn, table: TableSchema | undefined): MetricRequest {
  const { as, bounds, column } = metric;
  const columns = metricColumns(fn, table);
  const isKept = column !== undefined && (table === undefined || columns.includes(column));
  const chosen = isKept
    ? column
    : fn === 'count'
      ? undefined
      : (columns.find(name => name === 'severity') ?? columns[0]);
  return {
    fn,
    ...(chosen !== undefined && { column: chosen }),
    ...(as !== undefined && { as }),
    ...(fn === 'distribution' && { bounds: bounds ?? BOUNDS }),
  };
}

/** The names that a metric's fields have: what the view can be ordered by. */
export function metricName({ as, column, fn }: MetricRequest): string {
  return as ?? (column === undefined ? fn : `${fn}(${column})`);
}

/** Ascending numbers, parted by commas or spaces; undefined for anything else. */
export function readBounds(text: string): number[] | undefined {
  const bounds = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  const isAscending = bounds.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > bounds[i - 1]!));
  return bounds.length > 0 && isAscending ? bounds : undefined;
}

export function boundsText(bounds: readonly number[]): string {
  return bounds.join(', ');
}
