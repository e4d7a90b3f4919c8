import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Row, TableSchema, Value } from '../../backend/protocol/schema.ts';
import type { Random } from './random.ts';

/** A small table with every kind of column, and the same in SQLite: the oracle of what is kept incrementally. */
export const ALARMS: TableSchema = {
  name: 'alarms',
  primaryKey: 'id',
  columns: [
    { name: 'id', type: 'integer', nullable: false },
    { name: 'node', type: 'text', nullable: true },
    {
      name: 'severity',
      type: 'integer',
      nullable: true,
      values: [
        { value: 0, name: 'clear', color: 'green' },
        { value: 5, name: 'critical' },
      ],
    },
    { name: 'load', type: 'real', nullable: true },
    { name: 'seen', type: 'integer', nullable: false, format: 'time-ms' },
    { name: 'open', type: 'integer', nullable: false, format: 'boolean' },
  ],
};

export const COLUMN = { id: 0, node: 1, severity: 2, load: 3, seen: 4, open: 5 } as const;

/** Names chosen to hurt: case, accents, what UTF-16 orders differently, a number's look-alikes. */
const NODES = [null, '', 'a', 'A', 'b', 'é', '\uffee', '😀', '5', '05'];

export function randomAlarm(random: Random, id: number): Row {
  const severity = random.chance(0.15) ? null : random.int(6);
  const load = random.chance(0.15) ? null : random.chance(0.3) ? random.int(20) / 2 : (random.next() - 0.3) * 1_000;
  const unbounded = random.chance(0.02) ? random.pick([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) : load;
  return [id, random.pick(NODES), severity, unbounded, 1_700_000_000_000 + random.int(50), random.int(4) > 0 ? 1 : 0];
}

/** What the tests filter by; SQL's `open = 1`. */
export function inFilter(row: Row | undefined): Row | undefined {
  return row !== undefined && row[COLUMN.open] === 1 ? row : undefined;
}

export class AlarmDatabase {
  readonly #database = new DatabaseSync(':memory:');
  readonly #put;
  readonly #delete;
  readonly rows = new Map<Value, Row>();

  constructor() {
    this.#database.exec(
      'CREATE TABLE alarms (id INTEGER PRIMARY KEY, node TEXT, severity INTEGER, load REAL, seen INTEGER, open INTEGER) STRICT',
    );
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO alarms VALUES (?, ?, ?, ?, ?, ?)');
    this.#delete = this.#database.prepare('DELETE FROM alarms WHERE id = ?');
  }

  /** Returns the row that it replaced. */
  put(row: Row): Row | undefined {
    const before = this.rows.get(row[0]!);
    this.#put.run(...row);
    this.rows.set(row[0]!, row);
    return before;
  }

  delete(id: number): Row | undefined {
    const before = this.rows.get(id);
    this.#delete.run(id);
    this.rows.delete(id);
    return before;
  }

  prepare(sql: string): () => SQLOutputValue[][] {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return () => statement.all() as unknown as SQLOutputValue[][];
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
