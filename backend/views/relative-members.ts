import type { Key, Row, TableSchema } from '../protocol/schema.ts';
import { columnIndex } from '../protocol/schema.ts';
import type { Source } from '../sources/source.ts';
import type { Filter } from '../sql/filter.ts';
import { TimingWheel } from './timing-wheel.ts';

/**
 * Who is inside a filter that speaks of now(). Its truth for a row changes by time alone, so old and new image do not
 * tell whether a row was inside: this set of keys does, and a timing wheel says when to look again.
 *
 * Invariant: after `advance(now)`, the members are the rows that the filter keeps at `now`.
 */
export class RelativeMembers {
  readonly #filter: Filter;
  readonly #keyIndex: number;
  readonly #members = new Set<Key>();
  readonly #wheel: TimingWheel<Key>;

  constructor(filter: Filter, table: TableSchema, nowMs: number) {
    this.#filter = filter;
    this.#keyIndex = columnIndex(table, table.primaryKey);
    this.#wheel = new TimingWheel(nowMs);
  }

  /** Reads of every row of the table no more than the filter looks at: those outside now may come in later. */
  load(source: Source, table: TableSchema, nowMs: number): void {
    const columns = [...new Set([this.#keyIndex, ...this.#filter.columns])];
    const text = source.readColumns({ table, where: { sql: 'TRUE', params: [] } }, columns);
    const values = JSON.parse(text) as Row[];
    const row: (string | number | null)[] = new Array(table.columns.length).fill(null);
    const count = values[0]?.length ?? 0;
    for (let i = 0; i < count; i++) {
      columns.forEach((column, at) => {
        row[column] = values[at]![i]!;
      });
      this.#look(row, nowMs);
    }
  }

  /** Whether the row of this key was inside before, and is now. */
  apply(key: Key, after: Row | undefined, nowMs: number): { readonly was: boolean; readonly is: boolean } {
    const was = this.#members.has(key);
    if (after !== undefined) return { was, is: this.#look(after, nowMs) };
    this.#members.delete(key);
    this.#wheel.disarm(key);
    return { was, is: false };
  }

  /** Visits the keys whose truth may have changed by time; from one that fails on, the next advance does. */
  advance(nowMs: number, visit: (key: Key) => void): void {
    const due: Key[] = [];
    this.#wheel.advance(nowMs, key => due.push(key));
    let done = 0;
    try {
      for (; done < due.length; done++) visit(due[done]!);
    } finally {
      for (const key of due.slice(done)) this.#wheel.arm(key, nowMs);
    }
  }

  #look(row: Row, nowMs: number): boolean {
    const key = row[this.#keyIndex] as Key;
    const is = this.#filter.matches(row, nowMs);
    if (is) this.#members.add(key);
    else this.#members.delete(key);
    const next = this.#filter.nextChange(row, nowMs);
    if (next === undefined) this.#wheel.disarm(key);
    else this.#wheel.arm(key, next);
    return is;
  }
}
