import type { AdHocVariableFilter } from '@grafana/data';
import type { Request } from '../../backend/protocol/request.ts';
import { withAdHocFilters } from './ad-hoc-filters.ts';
import { fillFilter } from './filter-template.ts';
import { hasReference, type Variables } from './references.ts';

/** A request with the values of variables in it. Names are checked by the notifier; a filter keeps its structure. */
export function interpolateRequest(
  request: Request,
  variables: Variables,
  adHoc: readonly AdHocVariableFilter[] = [],
): Request {
  const { columns, filter, groupBy, metrics, orderBy, table, view } = request;
  const filled = filter !== undefined && hasReference(filter) ? fillFilter(filter, variables) : filter;
  const joined = adHoc.length === 0 ? filled : withAdHocFilters(filled ?? '', adHoc);
  return {
    ...request,
    ...(joined !== undefined && { filter: joined }),
    ...(table !== undefined && { table: variables.fillText(table) }),
    ...(view !== undefined && { view: variables.fillText(view) }),
    ...(columns && { columns: variables.fillNames(columns) }),
    ...(groupBy && { groupBy: variables.fillNames(groupBy) }),
    ...(orderBy && { orderBy: orderBy.map(term => ({ ...term, column: variables.fillText(term.column) })) }),
    ...(metrics && {
      metrics: metrics.map(metric => ({
        ...metric,
        ...(metric.column !== undefined && { column: variables.fillText(metric.column) }),
        ...(metric.as !== undefined && { as: variables.fillText(metric.as) }),
      })),
    }),
  };
}

/** Whether any part of a request mentions a variable. */
export function mentionsVariables(request: Request): boolean {
  return hasReference(JSON.stringify(request));
}
