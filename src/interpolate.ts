import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

/**
 * Puts variables into a filter as SQL literals, so that a value can never change the filter's structure: text is quoted
 * with its quotes doubled, several values become a comma list (`site IN ($site)`), no value becomes NULL.
 */
export function interpolateFilter(filter: string, templates: TemplateSrv, scoped: ScopedVars): string {
  return templates.replace(filter, scoped, literals);
}

export function literals(value: unknown): string {
  const values = Array.isArray(value) ? value : [value];
  return values.length === 0 ? 'NULL' : values.map(literal).join(', ');
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return `'${String(value).replaceAll("'", "''")}'`;
}
