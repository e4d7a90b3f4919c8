import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Row, TableSchema } from '../../../backend/protocol/schema.ts';

/** SQLite's own answer about rows of a STRICT table. The first column is the key. */
export class SqliteOracle {
  readonly #database = new DatabaseSync(':memory:');
  readonly #table: TableSchema;

  constructor(table: TableSchema, rows: readonly Row[]) {
    this.#table = table;
    const columns = table.columns.map(
      ({ name, type, nullable }) => `"${name}" ${type.toUpperCase()}${nullable ? '' : ' NOT NULL'}`,
    );
    this.#database.exec(`CREATE TABLE "${table.name}" (${columns.join(', ')}) STRICT; BEGIN`);
    const insert = this.#database.prepare(
      `INSERT INTO "${table.name}" VALUES (${table.columns.map(() => '?').join(', ')})`,
    );
    for (const row of rows)
      insert.run(
        ...row.map((value, i) => (table.columns[i]!.type === 'integer' && value !== null ? BigInt(value) : value)),
      );
    this.#database.exec('COMMIT');
  }

  /** Keys of the rows where the condition is TRUE. */
  keys(where: string, params: readonly SQLInputValue[] = []): Set<number> {
    const key = this.#table.columns[0]!.name;
    const statement = this.#database.prepare(`SELECT "${key}" FROM "${this.#table.name}" WHERE ${where}`);
    statement.setReturnArrays(true);
    const rows = statement.all(...params) as unknown as [number][]; // setReturnArrays makes them arrays
    return new Set(rows.map(([found]) => found));
  }

  close(): void {
    this.#database.close();
  }
}
