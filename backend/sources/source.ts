import type { Change } from '../object-server/change.ts';
import type { Key, Row, TableSchema, Value } from '../protocol/schema.ts';

/** A condition as SQL over one table, with its parameters by position. */
export interface Condition {
  readonly sql: string;
  readonly params: readonly Value[];
}

export interface Order {
  readonly columnIndex: number;
  readonly desc: boolean;
}

export interface ReadSpec {
  readonly table: TableSchema;
  readonly where: Condition;
  /** Absent: in no particular order. The primary key settles ties. */
  readonly orderBy?: readonly Order[];
  readonly limit?: number;
}

/** What several transitions of one row add up to. */
export type NetChange = Omit<Change, 'seq'>;

/**
 * Anything whose rows can be watched. It answers a question with the rows that are true at its `seq`, and from then on
 * pushes each committed transition, in order of seq, with a key to tell rows apart. A store that can only be asked at
 * an interval is one of these too: it compares two answers by their keys and pushes the difference.
 *
 * Invariant: what `read` answers is what all changes pushed so far add up to; a read never runs ahead of the pushes.
 */
export interface Source {
  readonly name: string;
  readonly tables: ReadonlyMap<string, TableSchema>;
  readonly epoch: number;
  /** The last transition that was pushed. */
  readonly seq: number;
  /** Whole rows, in the order of the table's columns. */
  read(spec: ReadSpec): readonly Row[];
  readOne(table: TableSchema, key: Key): Row | undefined;
  /** `columns[i][row]` as JSON text, made where the rows are: the cheapest way to a snapshot. */
  readColumns(spec: ReadSpec, columns: readonly number[]): string;
  /** The oldest seq that can still be continued from. */
  readonly retainedFrom: number;
  /** The transitions after `seq`, oldest first, or undefined when some of them are no longer retained. */
  changesAfter(seq: number): Iterable<Change> | undefined;
  /** What those transitions add up to, one entry a row; undefined as above. */
  netChangesAfter(seq: number): readonly NetChange[] | undefined;
  onChanges(listener: (changes: readonly Change[]) => void): void;
}
