import { assert } from '../lib/assert.ts';
import type { Row, TableSchema } from '../protocol/schema.ts';
import { diagramOf } from './canonical.ts';
import { checkFilter } from './check.ts';
import { type Condition, junction, TRUE } from './condition.ts';
import { branchesOf, type Diagram, decide, serialise } from './diagram.ts';
import { expandNames, type NamedFilters } from './named-filters.ts';
import { nextChange } from './next-change.ts';
import { parseFilter } from './parser.ts';
import { printExpression } from './print.ts';
import { type SqlText, sqlOf } from './to-sql.ts';

/** A boolean expression over one table's columns: it keeps the rows where it is TRUE, not those where it is NULL. */
export class Filter {
  readonly table: TableSchema;
  /** As a person would write it, names expanded. */
  readonly text: string;
  readonly diagram: Diagram;
  /** Whether the answer for an unchanged row can change as time passes. */
  readonly relative: boolean;
  readonly #condition: Condition;

  constructor(table: TableSchema, text: string, condition: Condition) {
    this.table = table;
    this.text = text;
    this.#condition = condition;
    this.diagram = diagramOf(condition);
    this.relative = branchesOf(this.diagram).some(({ variable }) => variable.relative);
  }

  /** Equal for filters that keep the same rows, as far as diagrams tell. Written anew each time: filters are many. */
  get canonical(): string {
    return serialise(this.diagram);
  }

  /** Positions of the columns whose values matter, ascending. */
  get columns(): readonly number[] {
    const read = branchesOf(this.diagram).flatMap(({ variable }) => variable.columns.map(({ index }) => index));
    return [...new Set(read)].sort((a, b) => a - b);
  }

  matches(row: Row, nowMs: number): boolean {
    return decide(this.diagram, row, nowMs);
  }

  /** The next instant at which the answer for this row may change by time alone, or undefined if it never does. */
  nextChange(row: Row, nowMs: number): number | undefined {
    return this.relative ? nextChange(this.diagram, row, nowMs) : undefined;
  }

  /** A WHERE clause that is TRUE on SQLite for the same rows at the given time; parameters are positional. */
  toSql(nowMs: number): SqlText {
    return sqlOf(this.#condition, nowMs);
  }

  static and(a: Filter, b: Filter): Filter {
    assert(a.table === b.table, 'filters of one table are joined');
    if (a.#condition === TRUE) return b;
    if (b.#condition === TRUE) return a;
    return new Filter(a.table, `(${a.text}) AND (${b.text})`, junction('and', [a.#condition, b.#condition]));
  }
}

/** The rows that both keep. A restriction is joined to a filter so, before filters are compared. */
export function andFilters(a: Filter, b: Filter): Filter {
  return Filter.and(a, b);
}

/** A blank text keeps every row. Throws `bad-filter` with the offset of what is wrong. */
export function compileFilter(text: string, table: TableSchema, named: NamedFilters = {}): Filter {
  if (text.trim() === '') return new Filter(table, '', TRUE);
  const expression = expandNames(parseFilter(text), named);
  const printed = printExpression(expression);
  // The same text need not be kept twice.
  return new Filter(table, printed === text ? text : printed, checkFilter(expression, table));
}
