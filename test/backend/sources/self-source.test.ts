import { describe, expect, it, onTestFinished } from 'vitest';
import type { Change } from '../../../backend/object-server/change.ts';
import type { Row, TableSchema } from '../../../backend/protocol/schema.ts';
import { SelfSource } from '../../../backend/sources/self-source.ts';
import { compileFilter } from '../../../backend/sql/filter.ts';
import { Random } from '../../support/random.ts';
import { SimClock } from '../../support/sim-clock.ts';

const TABLE: TableSchema = {
  name: 'things',
  primaryKey: 'name',
  columns: [
    { name: 'name', type: 'text', nullable: false },
    { name: 'size', type: 'integer', nullable: true },
    { name: 'cost', type: 'real', nullable: true },
  ],
};
const OTHER: TableSchema = { ...TABLE, name: 'others' };
const ALL = { sql: 'TRUE', params: [] };

/** A source over rows that a test changes, with everything that it was asked and that it pushed. */
class Lab {
  readonly clock = new SimClock();
  readonly rows = new Map<string, readonly Row[]>();
  readonly watched = new Set(['things', 'others']);
  readonly looks: string[][] = [];
  readonly pushed: Change[] = [];
  readonly faults: unknown[] = [];
  readonly source: SelfSource;
  seq = 7;

  constructor() {
    this.source = new SelfSource({
      clock: this.clock,
      intervalMs: 1000,
      tables: [TABLE, OTHER],
      observe: tables => {
        this.looks.push([...tables]);
        return new Map(tables.map(table => [table, this.rows.get(table) ?? []]));
      },
      isWatched: table => this.watched.has(table),
      position: () => ({ epoch: 3, seq: this.seq }),
      onFault: error => this.faults.push(error),
    });
    this.source.onChanges(changes => this.pushed.push(...changes));
    onTestFinished(() => this.source.close());
  }

  read(table = TABLE): readonly Row[] {
    return this.source.read({ table, where: ALL });
  }
}

describe('the notifier as a source', () => {
  it('looks at nothing, and has no timer, before somebody asks', () => {
    const lab = new Lab();
    lab.clock.pass(60_000);
    expect(lab.looks).toEqual([]);
    expect(lab.clock.timers).toBe(0);
  });

  it('survives a look that fails, in any of its tables, and is right after the next', () => {
    const lab = new Lab();
    lab.rows.set('things', [['a', 1, null]]);
    lab.read();
    lab.read(OTHER);
    lab.rows.set('things', [['a', 2, null]]);
    lab.rows.set('others', [['b', 1.5, null]]); // not an integer
    lab.clock.pass(2000);
    expect(lab.faults).toHaveLength(2);
    expect(lab.read()).toEqual([['a', 2, null]]);
    lab.rows.set('others', [['b', 1, null]]);
    lab.clock.pass(1000);
    expect(lab.pushed.map(({ after, before }) => [before, after])).toEqual([
      [
        ['a', 1, null],
        ['a', 2, null],
      ],
      [undefined, ['b', 1, null]],
    ]);
  });

  it('is asleep still when its first look fails', () => {
    const lab = new Lab();
    lab.rows.set('things', [['a', 1.5, null]]);
    expect(() => lab.read()).toThrow();
    lab.rows.set('things', [['a', 1, null]]);
    expect(lab.read()).toEqual([['a', 1, null]]);
  });

  it('answers a first read with the rows of now, and pushes what differs an interval later', () => {
    const lab = new Lab();
    lab.rows.set('things', [
      ['a', 1, 0.5],
      ['b', 2, null],
    ]);
    expect(lab.read()).toEqual([
      ['a', 1, 0.5],
      ['b', 2, null],
    ]);
    lab.rows.set('things', [
      ['b', 3, null],
      ['c', 4, 1],
    ]);
    lab.seq = 9;
    lab.clock.pass(999);
    expect(lab.pushed).toEqual([]);
    lab.clock.pass(1);
    expect(lab.pushed).toEqual([
      { seq: 9, table: 'things', key: 'a', before: ['a', 1, 0.5], after: undefined },
      { seq: 9, table: 'things', key: 'b', before: ['b', 2, null], after: ['b', 3, null] },
      { seq: 9, table: 'things', key: 'c', before: undefined, after: ['c', 4, 1] },
    ]);
  });

  it('never answers a read with more than it has pushed', () => {
    const lab = new Lab();
    lab.rows.set('things', [['a', 1, null]]);
    lab.read();
    lab.rows.set('things', [['a', 2, null]]);
    expect(lab.read()).toEqual([['a', 1, null]]);
    expect(lab.source.readOne(TABLE, 'a')).toEqual(['a', 1, null]);
  });

  it('pushes nothing while nothing differs', () => {
    const lab = new Lab();
    lab.rows.set('things', [['a', 1, null]]);
    lab.read();
    lab.rows.set('things', [['a', 1, null]]);
    lab.clock.pass(5000);
    expect(lab.pushed).toEqual([]);
    expect(lab.looks).toHaveLength(6);
  });

  it('makes the rows of watched tables alone, and stops when nobody watches any more', () => {
    const lab = new Lab();
    lab.read();
    lab.read(OTHER);
    lab.looks.length = 0;
    lab.watched.delete('others');
    lab.clock.pass(1000);
    expect(lab.looks).toEqual([['things']]);
    lab.watched.delete('things');
    lab.clock.pass(1000);
    lab.looks.length = 0;
    lab.clock.pass(60_000);
    expect(lab.looks).toEqual([]);
    expect(lab.clock.timers).toBe(0);
  });

  it('starts from the rows of now when somebody comes back, without telling what happened in between', () => {
    const lab = new Lab();
    lab.rows.set('things', [['a', 1, null]]);
    lab.read();
    lab.watched.clear();
    lab.clock.pass(2000);
    lab.rows.set('things', [['b', 2, null]]);
    lab.watched.add('things');
    expect(lab.read()).toEqual([['b', 2, null]]);
    expect(lab.pushed).toEqual([]);
  });

  it('has no log: nobody can continue from an earlier place', () => {
    const { source } = new Lab();
    expect(source.netChangesAfter()).toBeUndefined();
    expect(source.changesAfter()).toBeUndefined();
    expect([source.epoch, source.seq, source.retainedFrom]).toEqual([3, 7, 7]);
  });

  it('reads columns, order and limit as asked', () => {
    const lab = new Lab();
    const rows: Row[] = [
      ['a', 2, 1],
      ['b', 1, null],
      ['c', 2, 3],
    ];
    lab.rows.set('things', rows);
    const orderBy = [{ columnIndex: 1, desc: true }];
    expect(lab.source.read({ table: TABLE, where: ALL, orderBy, limit: 2 })).toEqual([rows[0], rows[2]]);
    expect(JSON.parse(lab.source.readColumns({ table: TABLE, where: ALL }, [2, 0]))).toEqual([
      [1, null, 3],
      ['a', 'b', 'c'],
    ]);
  });

  it('adds up to what is there, through any history, and filters as the predicate does', () => {
    const seed = Date.now() % 1_000_000;
    const random = new Random(seed);
    const lab = new Lab();
    const filter = compileFilter("size > 2 OR name LIKE 'a%' AND cost IS NULL", TABLE);
    const held = new Map(lab.read().map(row => [row[0], row]));
    for (let step = 0; step < 200; step++) {
      const rows = Array.from({ length: random.int(8) }, (): Row => {
        return [random.pick(['a1', 'a2', 'b1', 'b2', 'c']), random.int(5), random.chance(0.5) ? null : random.int(3)];
      });
      lab.rows.set('things', [...new Map(rows.map(row => [row[0], row])).values()]);
      lab.pushed.length = 0;
      lab.clock.pass(1000);
      for (const { after, key } of lab.pushed) after === undefined ? held.delete(key) : held.set(key, after);
      const expected = new Map(lab.rows.get('things')!.map(row => [row[0], row]));
      expect(held, `seed ${seed}, step ${step}`).toEqual(expected);
      const kept = lab.source.read({ table: TABLE, where: filter.toSql(0) });
      expect(new Set(kept)).toEqual(new Set(lab.rows.get('things')!.filter(row => filter.matches(row, 0))));
    }
  });
});
