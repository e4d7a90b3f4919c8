import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Change } from '../object-server/change.ts';
import { Selections } from '../object-server/snapshot.ts';
import { quoteName } from '../object-server/sql-text.ts';
import { columnIndex, type Key, type Row, type TableSchema } from '../protocol/schema.ts';

/**
 * The last answer of something that can only be asked for all of its rows. Two answers are compared by their keys, and
 * what differs are the transitions. The rows are kept twice: by key, to compare with, and in an SQLite of their own, so
 * that a filter means the same here as in the event table.
 */
export class KeyedRows {
  readonly selections: Selections;
  readonly #db = new DatabaseSync(':memory:', { enableDoubleQuotedStringLiterals: false });
  readonly #tables: ReadonlyMap<string, KeyedTable>;

  constructor(schemas: readonly TableSchema[]) {
    this.#tables = new Map(schemas.map(schema => [schema.name, new KeyedTable(this.#db, schema)]));
    this.selections = new Selections(this.#db, schemas);
  }

  get(table: string, key: Key): Row | undefined {
    return this.#tables.get(table)!.rows.get(key);
  }

  /** From here on the table has these rows and no others; answers how that came about. */
  replace(table: string, rows: readonly Row[], seq: number): Change[] {
    this.#db.exec('BEGIN');
    try {
      const changes = this.#tables.get(table)!.replace(rows, seq);
      this.#db.exec('COMMIT');
      return changes;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }
}

class KeyedTable {
  rows: ReadonlyMap<Key, Row> = new Map();
  readonly #name: string;
  readonly #keyIndex: number;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;

  constructor(db: DatabaseSync, schema: TableSchema) {
    const { columns, name, primaryKey } = schema;
    this.#name = name;
    this.#keyIndex = columnIndex(schema, schema.primaryKey);
    const definitions = columns.map(({ name, nullable, type }) => {
      const key = name === primaryKey ? ' PRIMARY KEY' : '';
      return `${quoteName(name)} ${type.toUpperCase()}${nullable ? '' : ' NOT NULL'}${key}`;
    });
    db.exec(`CREATE TABLE ${quoteName(name)} (${definitions.join(', ')}) STRICT`);
    this.#upsert = db.prepare(`REPLACE INTO ${quoteName(name)} VALUES (${columns.map(() => '?').join(', ')})`);
    this.#delete = db.prepare(`DELETE FROM ${quoteName(name)} WHERE ${quoteName(primaryKey)} = ?`);
  }

  replace(rows: readonly Row[], seq: number): Change[] {
    const old = this.rows;
    const fresh = new Map(rows.map(row => [row[this.#keyIndex] as Key, row]));
    const changes: Change[] = [];
    for (const [key, before] of old) {
      if (fresh.has(key)) continue;
      this.#delete.run(key);
      changes.push({ seq, table: this.#name, key, before, after: undefined });
    }
    for (const [key, after] of fresh) {
      const before = old.get(key);
      if (before !== undefined && after.every((value, i) => value === before[i])) continue;
      this.#upsert.run(...after);
      changes.push({ seq, table: this.#name, key, before, after });
    }
    this.rows = fresh;
    return changes;
  }
}
