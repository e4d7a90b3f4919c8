import { PanelcastError } from '../../lib/panelcast-error.ts';
import { nameOf, type Token } from './statement-text.ts';

/** A line of EXPLAIN QUERY PLAN. */
export interface PlanStep {
  readonly parent: number;
  readonly detail: string;
}

/**
 * Refuses nested full scans that cannot end within the time limit, before they take a reader for all of it. It is lenient
 * where it does not know (a subquery, a LIMIT, an EXISTS: such a statement may stop early), since the time limit guards
 * in any case; what it refuses is hopeless.
 */
export function checkPlanBudget(
  plan: readonly PlanStep[],
  tokens: readonly Token[],
  rowsOf: (table: string) => number | undefined,
  scannedRowsMax: number,
): void {
  if (tokens.some(token => token.kind === 'word' && /^(limit|exists)$/i.test(token.text))) return;
  const loops = Map.groupBy(
    plan.filter(step => step.detail.startsWith('SCAN ')),
    step => step.parent,
  );
  for (const scans of loops.values()) {
    if (scans.length < 2) continue;
    const tables = scans.map(step => tableBehind(step.detail.split(' ')[1]!, tokens, rowsOf));
    const visited = tables.reduce((product, { rows }) => product * rows, 1);
    if (visited <= scannedRowsMax) continue;
    const names = tables.map(({ name }) => `"${name}"`).join(' × ');
    throw new PanelcastError(
      'limit-exceeded',
      `the statement would combine all rows of ${names}, at least ${visited.toExponential(0)} combinations; join them on a key or add a condition`,
    );
  }
}

interface ScannedTable {
  readonly name: string;
  /** 1 where nothing is known. */
  readonly rows: number;
}

/** The plan names aliases: `FROM events a` and `FROM events AS a` scan "a". */
function tableBehind(
  alias: string,
  tokens: readonly Token[],
  rowsOf: (table: string) => number | undefined,
): ScannedTable {
  const direct = rowsOf(alias);
  if (direct !== undefined) return { name: alias, rows: direct };
  for (const [index, token] of tokens.entries()) {
    if (nameOf(token) !== alias) continue;
    const before = tokens[index - 1];
    const named = before?.text.toLowerCase() === 'as' ? tokens[index - 2] : before;
    const table = named && nameOf(named);
    const rows = table === undefined ? undefined : rowsOf(table);
    if (table !== undefined && rows !== undefined) return { name: table, rows };
  }
  return { name: alias, rows: 1 };
}
