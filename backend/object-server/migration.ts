import type { DatabaseSync } from 'node:sqlite';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { readMeta, writeMeta } from './internal-tables.ts';
import { quoteName, quoteValue } from './sql-text.ts';
import type { ColumnDefinition, TableDefinition } from './table-schema.ts';

/** The tables as a stretch of the log was written under: position is what its change records refer to. */
export type Layout = readonly { readonly name: string; readonly columns: readonly string[] }[];

export interface Migrated {
  /** Number of the current layout; it rises whenever tables or columns come, go or move. */
  readonly layout: number;
  /** A table was made anew, so that what the log holds of it means nothing any more. */
  readonly logIsVoid: boolean;
}

/**
 * Brings the database to the configured tables, in one transaction. Only what loses nothing is done: new tables, and
 * new columns that are nullable or have a default. A table without rows may change freely: it is made anew.
 */
export function migrate(db: DatabaseSync, tables: readonly TableDefinition[]): Migrated {
  db.exec('BEGIN IMMEDIATE');
  try {
    let logIsVoid = dropForgottenTables(db, tables);
    for (const table of tables) if (bringTable(db, table) === 'anew') logIsVoid = true;
    const layout = storeLayout(db, tables);
    db.exec('COMMIT');
    return { layout, logIsVoid };
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

export function readLayout(db: DatabaseSync, layout: number): Layout {
  return JSON.parse(String(readMeta(db, `layout ${layout}`)));
}

export function createTableSql(table: TableDefinition): string {
  const columns = table.columns.map(column => columnSql(table, column));
  return `CREATE TABLE ${quoteName(table.name)} (${columns.join(', ')}) STRICT`;
}

/** AUTOINCREMENT: a serial of a deleted event must never come to mean another one. */
function columnSql(table: TableDefinition, column: ColumnDefinition): string {
  let sql = `${quoteName(column.name)} ${column.type.toUpperCase()}`;
  if (column.name === table.primaryKey)
    sql += ` PRIMARY KEY${table.name === 'events' ? ' AUTOINCREMENT' : ''} NOT NULL`;
  else if (!column.nullable) sql += ' NOT NULL';
  if (table.name === 'events' && column.name === 'identifier') sql += ' UNIQUE';
  if (column.defaultSql !== undefined) return `${sql} DEFAULT (${column.defaultSql})`;
  return column.default === undefined ? sql : `${sql} DEFAULT ${quoteValue(column.default)}`;
}

interface StoredColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly defaultSql: string | null;
  readonly isKey: boolean;
}

function storedColumns(db: DatabaseSync, table: string): StoredColumn[] {
  const rows = db.prepare('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)').all(table);
  return rows.map(row => ({
    name: String(row.name),
    type: String(row.type).toLowerCase(),
    notNull: row.notnull === 1,
    defaultSql: row.dflt_value === null ? null : String(row.dflt_value),
    isKey: row.pk === 1,
  }));
}

function storedTables(db: DatabaseSync): string[] {
  const rows = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'").all() as {
    name: string;
  }[];
  return rows.map(row => row.name).filter(name => !name.startsWith('panelcast_'));
}

function dropForgottenTables(db: DatabaseSync, tables: readonly TableDefinition[]): boolean {
  let dropped = false;
  for (const name of storedTables(db)) {
    if (tables.some(table => table.name === name)) continue;
    if (!isEmpty(db, name))
      throw loses(`table "${name}" has rows but is no longer configured`, `configure it again, or ${emptyIt(name)}`);
    db.exec(`DROP TABLE ${quoteName(name)}`);
    dropped = true;
  }
  return dropped;
}

function bringTable(db: DatabaseSync, table: TableDefinition): 'as it was' | 'extended' | 'anew' {
  const stored = storedColumns(db, table.name);
  if (stored.length === 0) {
    db.exec(createTableSql(table));
    return 'extended';
  }
  const fault = firstLoss(table, stored);
  if (fault) {
    if (!isEmpty(db, table.name)) throw loses(fault, `undo that change, or ${emptyIt(table.name)}`);
    recreate(db, table);
    return 'anew';
  }
  const added = table.columns.filter(column => !stored.some(old => old.name === column.name));
  for (const column of added) db.exec(`ALTER TABLE ${quoteName(table.name)} ADD COLUMN ${columnSql(table, column)}`);
  return added.length > 0 ? 'extended' : 'as it was';
}

/** Serials of the former table stay used up. */
function recreate(db: DatabaseSync, table: TableDefinition): void {
  const last = db.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').get(table.name)?.seq;
  db.exec(`DROP TABLE ${quoteName(table.name)}; ${createTableSql(table)}`);
  if (last !== undefined) db.prepare('INSERT INTO sqlite_sequence VALUES (?, ?)').run(table.name, last);
}

/** What of the configured table cannot be had by adding columns, in words; undefined when nothing. */
function firstLoss(table: TableDefinition, stored: readonly StoredColumn[]): string | undefined {
  const where = (name: string) => `column "${name}" of table "${table.name}"`;
  for (const old of stored) {
    const column = table.columns.find(candidate => candidate.name === old.name);
    if (!column) return `${where(old.name)} is no longer configured`;
    if (column.type !== old.type) return `${where(old.name)} is ${old.type} in the database and ${column.type} now`;
    if (old.isKey !== (table.primaryKey === old.name)) return `table "${table.name}" has another primary key now`;
    if (column.nullable === old.notNull)
      return `${where(old.name)} ${old.notNull ? 'may' : 'must not'} be NULL now, other than in the database`;
    if (defaultSql(column) !== old.defaultSql) return `${where(old.name)} has another default in the database`;
  }
  for (const column of table.columns) {
    if (stored.some(old => old.name === column.name)) continue;
    if (!column.nullable && (column.default ?? null) === null)
      return `${where(column.name)} is new and needs a default, or must be nullable`;
  }
  return undefined;
}

function defaultSql(column: ColumnDefinition): string | null {
  if (column.defaultSql !== undefined) return column.defaultSql;
  return column.default === undefined ? null : quoteValue(column.default);
}

function storeLayout(db: DatabaseSync, tables: readonly TableDefinition[]): number {
  const layout: Layout = tables.map(({ name, columns }) => ({ name, columns: columns.map(column => column.name) }));
  const text = JSON.stringify(layout);
  const current = Number(readMeta(db, 'layout') ?? 0);
  if (current > 0 && readMeta(db, `layout ${current}`) === text) return current;
  writeMeta(db, 'layout', current + 1);
  writeMeta(db, `layout ${current + 1}`, text);
  return current + 1;
}

function isEmpty(db: DatabaseSync, table: string): boolean {
  return db.prepare(`SELECT 1 FROM ${quoteName(table)} LIMIT 1`).get() === undefined;
}

function emptyIt(table: string): string {
  return `start with the former configuration, save its rows, empty it (DELETE FROM ${table}), and start again`;
}

function loses(what: string, remedy: string): PanelcastError {
  return new PanelcastError('bad-config', `${what}: rows would be lost, so nothing was changed; ${remedy}`);
}
