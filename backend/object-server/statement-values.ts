import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ColumnSchema } from '../protocol/schema.ts';
import type { Change } from './change.ts';
import { columnReader, Misfit, shown } from './column-reader.ts';
import type { TableDefinition } from './table-schema.ts';

/**
 * What users' statements may leave behind: what an event could have brought. SQLite itself holds only the types, and a
 * severity 9 would be in `severity >= 4` and in no gauge. A column that a statement leaves alone is not looked at: what
 * is wrong in a row must not keep anybody from mending the rest of it. Texts may be as long as SQLite lets statements
 * make them: the bound of an event's texts is for batches.
 */
export class StatementValues {
  readonly #columns: ReadonlyMap<string, readonly ColumnSchema[]>;
  readonly #readers: ReadonlyMap<string, readonly ReturnType<typeof columnReader>[]>;

  constructor(tables: readonly TableDefinition[]) {
    this.#columns = new Map(tables.map(({ columns, name }) => [name, columns]));
    this.#readers = new Map(
      tables.map(({ columns, name }) => [name, columns.map(column => columnReader(column, Infinity))]),
    );
  }

  /** Refuses the statement that made these changes, in its still open transaction. */
  check(changes: readonly Change[]): void {
    for (const { after, before, table } of changes) {
      if (after === undefined) continue;
      const readers = this.#readers.get(table)!;
      for (let i = 0; i < readers.length; i++) {
        const value = after[i]!;
        if (before !== undefined && before[i] === value) continue;
        const misfit = readers[i]!(value);
        if (!(misfit instanceof Misfit)) continue;
        const column = this.#columns.get(table)![i]!;
        const what = `the statement sets column "${column.name}" of table "${table}" to ${shown(value)}`;
        throw new PanelcastError('bad-sql', `${what}; it ${expectedInSql(column, misfit)}`);
      }
    }
  }
}

/** As a reader of events says it, but that SQL knows enumerations and times as numbers alone. */
export function expectedInSql(column: ColumnSchema, misfit = columnReader(column)(undefined)): string {
  if (column.values !== undefined)
    return `must be a number: ${column.values.map(({ name, value }) => `${value} ${name}`).join(', ')}`;
  if (column.format === 'time-ms') return 'must be milliseconds since the epoch';
  return misfit instanceof Misfit ? misfit.expected : '';
}
