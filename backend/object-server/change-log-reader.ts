import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Key, Row, Value } from '../protocol/schema.ts';
import type { Change } from './change.ts';
import type { LogBounds } from './change-log.ts';
import { readLayout } from './migration.ts';
import { quoteName } from './sql-text.ts';
import type { TableDefinition } from './table-schema.ts';
import { decodeUndo, ENTER, LEAVE, type UndoRecord } from './undo-codec.ts';

/** A row as it was or became; undefined when it was not there. */
type Image = Value[] | undefined;

interface Stretch {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly records: readonly UndoRecord[];
}

/** What a row was after `seq` and what it is now; both absent when it came and went in between. */
export interface NetChange {
  readonly table: string;
  readonly key: Key;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/**
 * Reads the retained log as whole transitions, on any connection to the database, between transactions or within a read
 * transaction. The log has only what undoes each change, so reading walks back from the rows as they are now. Memory is
 * bounded by the changes asked for; time grows with the distance to the head (about 0.5 s for 700 000 changes).
 */
export class ChangeLogReader {
  readonly #db: DatabaseSync;
  readonly #tables: readonly TableDefinition[];
  readonly #rows: StatementSync[];
  readonly #bounds: StatementSync;
  readonly #forward: StatementSync;
  readonly #backward: StatementSync;
  readonly #decoders = new Map<number, LayoutDecoder>();

  constructor(db: DatabaseSync, tables: readonly TableDefinition[]) {
    this.#db = db;
    this.#tables = tables;
    this.#rows = tables.map(table => {
      const columns = table.columns.map(column => quoteName(column.name)).join(', ');
      const statement = db.prepare(
        `SELECT ${columns} FROM ${quoteName(table.name)} WHERE ${quoteName(table.primaryKey)} = ?`,
      );
      statement.setReturnArrays(true);
      return statement;
    });
    const columns = 'first_seq, last_seq, layout, changes';
    this.#bounds = db.prepare('SELECT min(first_seq) AS first, max(last_seq) AS head FROM panelcast_log');
    this.#forward = db.prepare(`SELECT ${columns} FROM panelcast_log WHERE last_seq >= ? ORDER BY last_seq`);
    this.#backward = db.prepare(`SELECT ${columns} FROM panelcast_log WHERE last_seq > ? ORDER BY last_seq DESC`);
  }

  bounds(): LogBounds {
    const row = this.#bounds.get()!;
    const head = Number(row.head ?? 0);
    return { first: Number(row.first ?? head + 1), head };
  }

  /** The changes from seq `from` on, at most `limit`; undefined when `from` has been trimmed. Empty above the head. */
  read(from: number, limit: number): Change[] | undefined {
    if (from < this.bounds().first) return undefined;
    const wanted: Stretch[] = [];
    let count = 0;
    for (const row of this.#forward.iterate(from)) {
      const stretch = this.#decode(row);
      wanted.push(stretch);
      count += stretch.lastSeq - Math.max(from, stretch.firstSeq) + 1;
      if (count >= limit) break;
    }
    if (count === 0) return [];
    const images = this.#imagesAfter(wanted);
    const changes: Change[] = [];
    for (const { firstSeq, records } of wanted.reverse())
      for (let i = records.length - 1; i >= 0 && firstSeq + i >= from; i--)
        changes.push(this.#change(firstSeq + i, records[i]!, images));
    return changes.reverse().slice(0, limit);
  }

  /** The difference between the rows after `seq` and now, by row; undefined when it has been trimmed. */
  netSince(seq: number): NetChange[] | undefined {
    if (seq + 1 < this.bounds().first) return undefined;
    const images = new Images(this.#tables, (table, key) => this.#current(table, key));
    for (const row of this.#backward.iterate(seq)) {
      const { firstSeq, records } = this.#decode(row);
      for (let i = records.length - 1; i >= 0 && firstSeq + i > seq; i--) images.undo(records[i]!);
    }
    return images.entries().map(([table, key, before]) => ({
      table: this.#tables[table]!.name,
      key,
      before,
      after: this.#current(table, key),
    }));
  }

  /** The rows that the stretches touch, as they were right after the last of them. */
  #imagesAfter(stretches: readonly Stretch[]): Images {
    const images = new Images(this.#tables, (table, key) => this.#current(table, key));
    for (const { records } of stretches) for (const { table, key } of records) images.load(table, key);
    for (const row of this.#backward.iterate(stretches.at(-1)!.lastSeq)) {
      const { records } = this.#decode(row);
      for (let i = records.length - 1; i >= 0; i--)
        if (images.has(records[i]!.table, records[i]!.key)) images.undo(records[i]!);
    }
    return images;
  }

  #change(seq: number, record: UndoRecord, images: Images): Change {
    const after = images.get(record.table, record.key)?.slice();
    images.undo(record);
    const before = images.get(record.table, record.key)?.slice();
    return { seq, table: this.#tables[record.table]!.name, key: record.key, before, after };
  }

  #current(table: number, key: Key): Image {
    return this.#rows[table]!.get(key) as unknown as Image;
  }

  #decode(row: Record<string, unknown>): Stretch {
    const layout = Number(row.layout);
    let decoder = this.#decoders.get(layout);
    if (!decoder) {
      decoder = new LayoutDecoder(this.#db, layout, this.#tables);
      this.#decoders.set(layout, decoder);
    }
    const records = decoder.decode(JSON.parse(String(row.changes)));
    return { firstSeq: Number(row.first_seq), lastSeq: Number(row.last_seq), records };
  }
}

/** The walk's state: rows by table and key, loaded as they are now when first met, then undone step by step. */
class Images {
  readonly #maps: Map<Key, Image>[];
  readonly #widths: number[];
  readonly #load: (table: number, key: Key) => Image;

  constructor(tables: readonly TableDefinition[], load: (table: number, key: Key) => Image) {
    this.#maps = tables.map(() => new Map());
    this.#widths = tables.map(table => table.columns.length);
    this.#load = load;
  }

  has(table: number, key: Key): boolean {
    return this.#maps[table]!.has(key);
  }

  get(table: number, key: Key): Image {
    return this.#maps[table]!.get(key);
  }

  load(table: number, key: Key): Image {
    const map = this.#maps[table]!;
    if (!map.has(key)) map.set(key, this.#load(table, key));
    return map.get(key);
  }

  undo(record: UndoRecord): void {
    const { table, key } = record;
    const image = this.load(table, key);
    if (record.op === ENTER) this.#maps[table]!.set(key, undefined);
    else if (record.op === LEAVE) this.#maps[table]!.set(key, record.row.slice(0, this.#widths[table]));
    else for (let i = 0; i < record.old.length; i += 2) image![record.old[i] as number] = record.old[i + 1]!;
  }

  entries(): [table: number, key: Key, image: Image][] {
    return this.#maps.flatMap((map, table) =>
      [...map].map(([key, image]): [number, Key, Image] => [table, key, image]),
    );
  }
}

/** Brings records of an older layout to the tables as they are now: columns may have been added or moved since. */
class LayoutDecoder {
  readonly #widths: number[];
  /** Position of table now, and of each of its columns now; undefined when nothing moved. */
  readonly #moves: { readonly table: number; readonly columns: number[]; readonly added: Value[] }[] | undefined;

  constructor(db: DatabaseSync, layout: number, tables: readonly TableDefinition[]) {
    const old = readLayout(db, layout);
    this.#widths = old.map(table => table.columns.length);
    const now = tables.map(({ name, columns }) => ({ name, columns: columns.map(column => column.name) }));
    if (JSON.stringify(now) === JSON.stringify(old)) return;
    this.#moves = old.map(({ name, columns }) => {
      const table = now.findIndex(candidate => candidate.name === name);
      const definition = tables[table]!;
      return {
        table,
        columns: columns.map(column => now[table]!.columns.indexOf(column)),
        added: definition.columns.map(column => column.default ?? null),
      };
    });
  }

  decode(items: readonly Value[]): UndoRecord[] {
    const records = decodeUndo(items, this.#widths);
    const moves = this.#moves;
    if (!moves) return records;
    return records.map(record => {
      const { table, columns, added } = moves[record.table]!;
      if (record.op === ENTER) return { ...record, table };
      if (record.op === LEAVE) {
        const row = added.slice();
        record.row.forEach((value, i) => {
          row[columns[i]!] = value;
        });
        return { ...record, table, row };
      }
      return { ...record, table, old: record.old.map((value, i) => (i % 2 === 0 ? columns[value as number]! : value)) };
    });
  }
}
