import type { Request } from '../../backend/protocol/request.ts';

/**
 * What is asked on the wire for a panel's request: rows can only be put in order here if the columns that say the order
 * are among them.
 */
export function wireRequest(request: Request): Request {
  const { columns, filter, orderBy, ...rest } = request;
  const trimmed = filter?.trim();
  const ordering = columns === undefined ? [] : (orderBy ?? []).map(({ column }) => column);
  return {
    ...rest,
    ...(trimmed ? { filter: trimmed } : {}),
    ...(columns === undefined ? {} : { columns: [...new Set([...columns, ...ordering])] }),
    ...(orderBy === undefined || orderBy.length === 0 ? {} : { orderBy }),
  };
}

/** Equal for requests that say the same, whatever the order of their properties. */
export function requestKey(request: Request): string {
  return JSON.stringify(request, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
