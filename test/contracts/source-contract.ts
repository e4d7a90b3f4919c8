import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../backend/object-server/change.ts';
import { columnIndex, type Key, type Row, type TableSchema, type Value } from '../../backend/protocol/schema.ts';
import type { Source } from '../../backend/sources/source.ts';
import { compileFilter } from '../../backend/sql/filter.ts';
import { rowOrder } from '../../backend/views/value-order.ts';
import { Random } from '../support/random.ts';

/** A source with one table in it that the suite may change, as whoever writes to it would. */
export interface SourceSubject {
  readonly source: Source;
  readonly table: TableSchema;
  /** Some rows come, change or go. What that means is pushed before it returns. */
  change(random: Random): void | Promise<void>;
  /** A row comes that has this text in a column. */
  put(text: string): void | Promise<void>;
  /** With a log: lets go of its oldest changes, and not of the last. Absent: there is no log. */
  readonly forgetOldest?: () => void | Promise<void>;
  close(): void | Promise<void>;
}

/** Values that have hurt: quotes, what SQL or JSON takes for something else, what UTF-16 orders or counts differently. */
const HOSTILE = [
  '',
  ' ',
  "'; DROP TABLE events; --",
  '"\\/\b\f\n\r\t\u0001\u007f',
  '\u2028\u2029\u00a0\ufeff',
  '5',
  '05',
  '1e1',
  'NULL',
  'true',
  '{"a":[1,null]}',
  '</script><b>&amp;',
  'é',
  'e\u0301',
  'ß İ ı ſ K',
  '😀',
  '\uffee',
  '%_%',
  'x'.repeat(100_000),
];

const ALL = { sql: 'TRUE', params: [] };
const SEED = Number(process.env.TEST_SEED ?? 1);

/** What a follower of the pushes has. */
class Follower {
  readonly rows = new Map<Key, Row>();
  readonly changes: Change[] = [];
  readonly faults: string[] = [];
  readonly #keyIndex: number;

  constructor({ source, table }: SourceSubject) {
    this.#keyIndex = columnIndex(table, table.primaryKey);
    for (const row of source.read({ table, where: ALL })) this.rows.set(this.keyOf(row), row);
    source.onChanges(changes => {
      for (const change of changes) if (change.table === table.name) this.#take(change);
      if (source.seq !== changes.at(-1)!.seq)
        this.faults.push(`pushed ${changes.at(-1)!.seq}, but is at ${source.seq}`);
      if (!same(source.read({ table, where: ALL }), this.rows, row => this.keyOf(row)))
        this.faults.push(`a read at ${source.seq} is not what was pushed`);
    });
  }

  keyOf(row: Row): Key {
    return row[this.#keyIndex] as Key;
  }

  sorted(): Row[] {
    return [...this.rows.values()].sort(rowOrder([], this.#keyIndex));
  }

  #take(change: Change): void {
    const { after, before, key, seq } = change;
    const last = this.changes.at(-1)?.seq ?? 0;
    if (seq < last) this.faults.push(`seq ${seq} after ${last}`);
    if (JSON.stringify(before) !== JSON.stringify(this.rows.get(key))) this.faults.push(`${seq}: not what was before`);
    if (before === undefined && after === undefined) this.faults.push(`${seq}: nothing to nothing`);
    for (const row of [before, after]) if (row && this.keyOf(row) !== key) this.faults.push(`${seq}: another key`);
    this.changes.push(change);
    if (after === undefined) this.rows.delete(key);
    else this.rows.set(key, after);
  }
}

function same(rows: readonly Row[], held: ReadonlyMap<Key, Row>, keyOf: (row: Row) => Key): boolean {
  return (
    rows.length === held.size && rows.every(row => JSON.stringify(row) === JSON.stringify(held.get(keyOf(row)) ?? null))
  );
}

/** What every source promises (sources/source.ts), whatever stands behind it. */
export function sourceContract(name: string, make: () => SourceSubject | Promise<SourceSubject>): void {
  describe(`the contract of sources: ${name}`, () => {
    let subject: SourceSubject;
    let follower: Follower;
    let random: Random;

    beforeEach(async () => {
      subject = await make();
      follower = new Follower(subject);
      random = new Random(SEED);
    });
    afterEach(() => subject.close());

    const change = async (count: number) => {
      for (let i = 0; i < count; i++) await subject.change(random);
    };

    it('has the table that it speaks of, with a key that is never NULL', () => {
      const { source, table } = subject;
      expect(source.tables.get(table.name)).toEqual(table);
      expect(table.columns.find(({ name }) => name === table.primaryKey)).toMatchObject({ nullable: false });
    });

    it('pushes what happens, in order, so that a read never runs ahead of the pushes nor stays behind', async () => {
      await change(150);
      expect(follower.faults).toEqual([]);
      expect(follower.changes.length).toBeGreaterThan(50);
      const ops = follower.changes.map(({ after, before }) =>
        before === undefined ? 'came' : after ? 'changed' : 'went',
      );
      expect(new Set(ops).size).toBe(3);
    });

    it('answers with unique keys, and the same from all three reads', async () => {
      await change(60);
      const { source, table } = subject;
      const rows = source.read({ table, where: ALL, orderBy: [] });
      expect(new Set(rows.map(row => follower.keyOf(row))).size).toBe(rows.length);
      for (const row of rows) expect(source.readOne(table, follower.keyOf(row))).toEqual(row);
      for (const columns of [table.columns.map((_, i) => i), [1, 0]]) {
        const text = source.readColumns({ table, where: ALL }, columns);
        const read = JSON.parse(text) as Value[][];
        const byKey = new Map(rows.map(row => [JSON.stringify(columns.map(i => row[i])), row]));
        expect(read).toHaveLength(columns.length);
        expect(read[0]).toHaveLength(rows.length);
        read[0]!.forEach((_, i) => {
          expect(byKey.has(JSON.stringify(read.map(column => column[i])))).toBe(true);
        });
      }
    });

    it('answers columns of no rows with empty columns, and knows no row of a key that is not there', () => {
      const { source, table } = subject;
      const nothing = { sql: 'FALSE', params: [] };
      expect(JSON.parse(source.readColumns({ table, where: nothing }, [0, 1]))).toEqual([[], []]);
      expect(source.read({ table, where: nothing })).toEqual([]);
      expect(source.readOne(table, 'no such key')).toBeUndefined();
    });

    it('means by a filter what the views mean by it', async () => {
      await change(60);
      const { source, table } = subject;
      for (const { name, type } of table.columns) {
        const texts = [`${name} IS NULL`, `${name} IS NOT NULL`];
        const values = [...follower.rows.values()]
          .map(row => row[columnIndex(table, name)])
          .filter(value => value !== null);
        const value = values.length === 0 ? (type === 'text' ? 'a' : 1) : random.pick(values)!;
        const constant = typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
        texts.push(...['=', '<>', '<', '>='].map(operator => `${name} ${operator} ${constant}`));
        if (type === 'text') texts.push(`${name} LIKE '%e%'`);
        for (const text of texts) {
          const filter = compileFilter(text, table);
          const right = follower.sorted().filter(row => filter.matches(row, 0));
          expect(source.read({ table, where: filter.toSql(0), orderBy: [] }).length, text).toBe(right.length);
          const read = source
            .read({ table, where: filter.toSql(0) })
            .toSorted(rowOrder([], columnIndex(table, table.primaryKey)));
          expect(read, text).toEqual(right);
        }
      }
    });

    it('orders as the views do, by key where rows are equal, and gives the first of that order', async () => {
      await change(60);
      const { source, table } = subject;
      const keyIndex = columnIndex(table, table.primaryKey);
      for (let i = 0; i < 40; i++) {
        const orderBy = Array.from({ length: 1 + random.int(2) }, () => ({
          columnIndex: random.int(table.columns.length),
          desc: random.chance(0.5),
        }));
        const limit = random.pick([1, 3, 1000]);
        const right = [...follower.rows.values()].sort(rowOrder(orderBy, keyIndex)).slice(0, limit);
        expect(source.read({ table, where: ALL, orderBy, limit }), JSON.stringify(orderBy)).toEqual(right);
      }
    });

    it('never changes a row that it has handed out', async () => {
      await change(30);
      const kept = subject.source.read({ table: subject.table, where: ALL });
      const copy = JSON.stringify(kept);
      const pushed = JSON.stringify(follower.changes);
      const count = follower.changes.length;
      await change(60);
      expect(JSON.stringify(kept)).toBe(copy);
      expect(JSON.stringify(follower.changes.slice(0, count))).toBe(pushed);
    });

    it('pushes the same to each listener', async () => {
      const other = new Follower(subject);
      await change(20);
      expect(other.changes).toEqual(follower.changes.slice(-other.changes.length));
      expect(other.rows).toEqual(follower.rows);
    });

    it.each(HOSTILE.map(text => [JSON.stringify(text).slice(0, 40), text]))('carries %s unharmed', async (_, text) => {
      const { source, table } = subject;
      await subject.put(text);
      const row = follower.changes.at(-1)!.after!;
      expect(row).toContain(text);
      expect(source.readOne(table, follower.keyOf(row))).toEqual(row);
      const columns = JSON.parse(
        source.readColumns(
          { table, where: ALL },
          table.columns.map((_, i) => i),
        ),
      ) as Value[][];
      expect(columns.some(column => column.includes(text))).toBe(true);
      expect(follower.faults).toEqual([]);
    });

    /** A state at an earlier seq, to continue from. */
    const continueFrom = async (check: (seq: number, then: ReadonlyMap<Key, Row>) => void) => {
      const states: [number, ReadonlyMap<Key, Row>][] = [[subject.source.seq, new Map(follower.rows)]];
      for (let i = 0; i < 10; i++) {
        await change(8);
        states.push([subject.source.seq, new Map(follower.rows)]);
      }
      for (const [seq, then] of states) check(seq, then);
    };

    it('continues from an earlier seq: its changes, and what they add up to, lead to the rows of now', async () => {
      const { forgetOldest, source, table } = subject;
      if (forgetOldest === undefined) return;
      await continueFrom((seq, then) => {
        const rows = new Map(then);
        for (const { after, key, table: name } of source.changesAfter(seq)!) {
          if (name !== table.name) continue;
          if (after === undefined) rows.delete(key);
          else rows.set(key, after);
        }
        expect(rows).toEqual(follower.rows);
        const net = source.netChangesAfter(seq)!.filter(({ table: name }) => name === table.name);
        expect(new Set(net.map(({ key }) => key)).size).toBe(net.length);
        const added = new Map(then);
        for (const { after, before, key } of net) {
          expect(before, `${seq} ${key}`).toEqual(then.get(key));
          if (after === undefined) added.delete(key);
          else added.set(key, after);
        }
        expect(added).toEqual(follower.rows);
      });
      expect([...source.changesAfter(source.seq)!]).toEqual([]);
      const pushed = follower.changes.slice(-5);
      const again = [...source.changesAfter(pushed[0]!.seq - 1)!].filter(({ table: name }) => name === table.name);
      expect(again).toEqual(pushed);
    });

    it('says where it can continue from, and nothing beyond', async () => {
      const { forgetOldest, source } = subject;
      if (forgetOldest === undefined) {
        await change(5);
        expect([source.changesAfter(0), source.netChangesAfter(0)]).toEqual([undefined, undefined]);
        return;
      }
      const first = source.retainedFrom;
      await change(100);
      await forgetOldest();
      const { retainedFrom } = source;
      expect(retainedFrom).toBeGreaterThan(first);
      expect(retainedFrom).toBeLessThanOrEqual(source.seq);
      expect([...source.changesAfter(retainedFrom)!]).toHaveLength(source.seq - retainedFrom);
      expect(source.netChangesAfter(retainedFrom)).toBeDefined();
      expect([source.changesAfter(retainedFrom - 1), source.netChangesAfter(retainedFrom - 1)]).toEqual([
        undefined,
        undefined,
      ]);
    });
  });
}
