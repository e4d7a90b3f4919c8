import type { Field } from '../protocol/messages.ts';
import type { Row, TableSchema } from '../protocol/schema.ts';
import { columnIndex } from '../protocol/schema.ts';
import { columnFields } from './fields.ts';
import { Sinks } from './sinks.ts';
import type { Origin, RowSink, View, ViewChange } from './view.ts';

export interface RowsSpec {
  readonly table: TableSchema;
  /** Ascending column indexes, the key's among them. */
  readonly columns: readonly number[];
}

/** A pure view: all rows of a filter. It keeps none of them: old and new image decide. */
export class RowsView implements View {
  readonly kind = 'rows';
  readonly fields: readonly Field[];
  readonly sinks = new Sinks<RowSink>();
  readonly #columns: readonly number[];
  readonly #all: boolean;
  readonly #origin: Origin;

  constructor(spec: RowsSpec, origin: Origin) {
    this.fields = columnFields(spec.table, spec.columns);
    this.#columns = spec.columns;
    this.#all = spec.columns.length === spec.table.columns.length;
    this.#origin = origin;
  }

  apply(change: ViewChange): void {
    if (!this.shows(change)) return;
    for (const sink of this.sinks.all) sink.push(change);
  }

  /** Whether a change of a row is one of what the view has of it. */
  shows({ after, before }: ViewChange): boolean {
    if (before === undefined || after === undefined) return before !== after;
    return this.#all || !this.#looksSame(before, after);
  }

  settle(): void {}

  reset(): void {}

  /** Its columns of a whole row. */
  project(row: Row): Row {
    return this.#all ? row : this.#columns.map(column => row[column]!);
  }

  /** The rows of now as columnar JSON. */
  snapshotText(): string {
    return this.#origin.source.readColumns(this.#origin.readSpec(), this.#columns);
  }

  #looksSame(before: Row, after: Row): boolean {
    return this.#columns.every(column => before[column] === after[column]);
  }
}

/** A view's columns: those asked for and the key, in the table's order, so that their order never splits a view. */
export function canonicalColumns(table: TableSchema, names: readonly string[] | undefined): number[] {
  if (names === undefined) return table.columns.map((_, index) => index);
  const wanted = new Set([...names, table.primaryKey]);
  return [...wanted].map(name => columnIndex(table, name)).sort((a, b) => a - b);
}
