import { assert } from '../lib/assert.ts';
import type { Field } from '../protocol/messages.ts';
import { columnIndex, type Key, type Row, type TableSchema } from '../protocol/schema.ts';
import type { Order } from '../sources/source.ts';
import { columnFields } from './fields.ts';
import type { RowsSpec } from './rows-view.ts';
import { Sinks } from './sinks.ts';
import type { Origin, RowSink, View, ViewChange } from './view.ts';
import { Window } from './window.ts';

export interface WindowRowsSpec extends RowsSpec {
  readonly orderBy: readonly Order[];
  readonly limit: number;
}

/** The first `limit` rows of a filter in an order. What left and what moved up is known only when it is cut. */
export class WindowView implements View {
  readonly kind = 'window';
  readonly fields: readonly Field[];
  readonly sinks = new Sinks<RowSink>();
  readonly #spec: WindowRowsSpec;
  readonly #keyIndex: number;
  readonly #window: Window;

  constructor(spec: WindowRowsSpec, origin: Origin) {
    this.fields = columnFields(spec.table, spec.columns);
    this.#spec = spec;
    this.#keyIndex = columnIndex(spec.table, spec.table.primaryKey);
    const { columns, limit, orderBy } = spec;
    const refill = (rows: number) => origin.source.read({ ...origin.readSpec(), orderBy, limit: rows });
    this.#window = new Window({ keyIndex: this.#keyIndex, orderBy, limit, columns }, refill);
  }

  apply(change: ViewChange): void {
    this.#window.apply(change.before, change.after);
  }

  settle(seq: number): void {
    const { remove, upsert } = this.#window.takeCut();
    for (const key of remove)
      for (const sink of this.sinks.all) sink.push({ seq, key, before: LEFT, after: undefined });
    for (const row of upsert)
      for (const sink of this.sinks.all) sink.push({ seq, key: this.#keyOf(row), before: row, after: row });
  }

  reset(): void {
    this.#window.forget();
  }

  project(row: Row): Row {
    return this.#spec.columns.map(column => row[column]!);
  }

  snapshotText(): string {
    const rows = this.#window.rows();
    return JSON.stringify(this.#spec.columns.map(column => rows.map(row => row[column])));
  }

  #keyOf(row: Row): Key {
    const key = row[this.#keyIndex];
    assert(key !== undefined && key !== null, 'a primary key is never null');
    return key;
  }
}

/** Without what decides nothing: a column that is named twice, what comes after the key, and the key that settles ties. */
export function canonicalOrder(table: TableSchema, orderBy: readonly Order[]): readonly Order[] {
  const keyIndex = columnIndex(table, table.primaryKey);
  const distinct = orderBy.filter(
    (term, at) => orderBy.findIndex(other => other.columnIndex === term.columnIndex) === at,
  );
  const keyAt = distinct.findIndex(term => term.columnIndex === keyIndex);
  if (keyAt < 0) return distinct;
  return distinct.slice(0, distinct[keyAt]!.desc ? keyAt + 1 : keyAt);
}

/** A window forgets what it lets go. That there was something is all that its streams need to know: see NetStream. */
const LEFT: Row = [];
