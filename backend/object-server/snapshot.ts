import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { OrderTerm } from '../protocol/request.ts';
import type { Row, Value } from '../protocol/schema.ts';
import { quoteName } from './sql-text.ts';
import { didYouMean, type TableDefinition } from './table-schema.ts';

export interface Selection {
  /** Compiled by the sql room: names checked, constants as parameters. */
  readonly where?: { readonly sql: string; readonly params: readonly Value[] };
  /** Default: all of the table's. */
  readonly columns?: readonly string[];
  readonly orderBy?: readonly OrderTerm[];
  readonly limit?: number;
}

export interface Snapshot {
  readonly seq: number;
  readonly rows: number;
  /** JSON text `[[column 0 of all rows], [column 1 of all rows], …]`, made inside SQLite at about 1 µs a row. */
  readonly values: string;
}

/** Distinct statements kept prepared: views ask the same again and again, and preparing takes as long as 50 rows. */
const STATEMENTS_MAX = 500;

/** Reads rows on the writer's own connection, between transactions: what it answers is true at the current seq. */
export class Selections {
  readonly #db: DatabaseSync;
  readonly #tables: ReadonlyMap<string, TableDefinition>;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, tables: readonly TableDefinition[]) {
    this.#db = db;
    this.#tables = new Map(tables.map(table => [table.name, table]));
  }

  select(table: string, selection: Selection): Row[] {
    return this.#prepare(this.#rowsSql(table, selection)).all(...parameters(selection)) as unknown as Row[];
  }

  count(table: string): number {
    return Number(this.#prepare(`SELECT count(*) FROM main.${quoteName(this.#table(table).name)}`).get()![0]);
  }

  snapshot(table: string, selection: Selection, seq: number): Snapshot {
    const columns = this.#columns(table, selection);
    const arrays = columns.map((_, i) => `json_group_array(c${i})`);
    const names = columns.map((_, i) => `c${i}`).join(', ');
    const sql = `WITH chosen(${names}) AS (${this.#rowsSql(table, selection)})
      SELECT count(*), json_array(${arrays.join(', ')}) FROM chosen`;
    const row = this.#prepare(sql).get(...parameters(selection)) as unknown as [number, string];
    return { seq, rows: row[0], values: row[1] };
  }

  #rowsSql(table: string, selection: Selection): string {
    const columns = this.#columns(table, selection).map(quoteName).join(', ');
    let sql = `SELECT ${columns} FROM main.${quoteName(table)}`;
    if (selection.where) sql += ` WHERE ${selection.where.sql}`;
    const order = selection.orderBy?.map(term => `${this.#name(table, term.column)}${term.desc ? ' DESC' : ''}`);
    if (order && order.length > 0) sql += ` ORDER BY ${order.join(', ')}`;
    return selection.limit === undefined ? sql : `${sql} LIMIT ?`;
  }

  #columns(table: string, selection: Selection): readonly string[] {
    const definition = this.#table(table);
    for (const column of selection.columns ?? []) this.#name(table, column);
    return selection.columns ?? definition.columns.map(column => column.name);
  }

  #name(table: string, column: string): string {
    const names = this.#table(table).columns.map(candidate => candidate.name);
    if (!names.includes(column))
      throw new PanelcastError('bad-request', `table "${table}" has no column "${column}"${didYouMean(column, names)}`);
    return quoteName(column);
  }

  #table(name: string): TableDefinition {
    const table = this.#tables.get(name);
    if (!table) throw new PanelcastError('not-found', `no table "${name}"${didYouMean(name, this.#tables.keys())}`);
    return table;
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function parameters({ where, limit }: Selection): Value[] {
  return limit === undefined ? [...(where?.params ?? [])] : [...(where?.params ?? []), limit];
}
