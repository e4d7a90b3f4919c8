import { PanelcastError } from '../lib/panelcast-error.ts';

/** A line of EXPLAIN QUERY PLAN. */
export interface PlanLine {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/** Rows that a user's writing statement may visit by its plan: some seconds, during which nobody else is served. */
const VISITS_MAX = 20_000_000;
/** What a scan of something that is no table is taken for, such as json_each of a parameter. */
const UNKNOWN_ROWS = 1000;

/**
 * Refuses a writing statement whose plan would keep the one writer busy for long. Unlike a reader, the writer cannot be
 * killed at a time limit, so what the plan does not tell is taken for costly.
 */
export function checkWriteBudget(plan: readonly PlanLine[], rowsOf: (table: string) => number | undefined): void {
  const children = Map.groupBy(plan, line => line.parent);
  const visits = (parent: number): number => {
    let loops = 1;
    let once = 0;
    let perLoop = 1;
    for (const line of children.get(parent) ?? []) {
      const scanned = /^SCAN (\S+)/.exec(line.detail)?.[1];
      if (scanned !== undefined) loops *= Math.max(1, rowsOf(scanned) ?? UNKNOWN_ROWS);
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
