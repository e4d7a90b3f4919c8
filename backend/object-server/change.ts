import type { Key, Row } from '../protocol/schema.ts';

/**
 * One committed row transition. `before` is absent for a row that came, `after` for one that went; both are whole rows
 * in the order of the table's columns and are never mutated. Invariant: seq rises by exactly one from change to change
 * over the life of a database, whatever statement or trigger made the change.
 */
export interface Change {
  readonly seq: number;
  readonly table: string;
  readonly key: Key;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}
