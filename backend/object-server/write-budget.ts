import { PanelcastError } from '../lib/panelcast-error.ts';

/** A line of EXPLAIN QUERY PLAN. */
export interface PlanLine {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/** Rows that a user's writing statement may visit by its plan: some seconds, during which nobody else is served. */
const VISITS_MAX = 20_000_000;
/** What a scan of json_each and its like is taken for. */
const FUNCTION_ROWS = 1000;

/**
 * Refuses a writing statement whose plan would keep the one writer busy for long. Unlike a reader, the writer cannot be
 * killed at a time limit, so what the plan does not tell is taken for costly. `tables` tells, by name in lower case, how
 * many rows each has at most.
 */
export function checkWriteBudget(plan: readonly PlanLine[], tables: ReadonlyMap<string, number>): void {
  const largest = Math.max(1, ...tables.values());
  const rowsOf = (detail: string): number => {
    if (/^SCAN (CONSTANT ROW|\d+)/.test(detail)) return 1;
    if (detail.includes(' VIRTUAL TABLE ')) return FUNCTION_ROWS;
    // The plan names aliases and common table expressions like tables.
    return Math.max(1, tables.get(detail.split(' ')[1]!.toLowerCase()) ?? largest);
  };
  const children = Map.groupBy(plan, line => line.parent);
  const visits = (parent: number): number => {
    let loops = 1;
    let once = 0;
    let perLoop = 1;
    for (const line of children.get(parent) ?? []) {
      if (line.detail.startsWith('SCAN ')) loops *= rowsOf(line.detail);
      else if (line.detail.startsWith('CORRELATED')) perLoop += visits(line.id);
      else once += visits(line.id);
    }
    return loops * perLoop + once;
  };
  const total = visits(0);
  if (total <= VISITS_MAX) return;
  throw new PanelcastError(
    'limit-exceeded',
    `the statement would visit about ${total.toExponential(0)} rows, and nobody else could write meanwhile; ` +
      'narrow it, join on a key, or give the values as parameters',
  );
}
