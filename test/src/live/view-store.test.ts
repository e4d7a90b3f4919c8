import { describe, expect, it } from 'vitest';
import type { Field, RowOp } from '../../../backend/protocol/messages.ts';
import type { OrderTerm } from '../../../backend/protocol/request.ts';
import type { Value } from '../../../backend/protocol/schema.ts';
import { RowOrder } from '../../../src/live/row-order.ts';
import { ViewStore } from '../../../src/live/view-store.ts';
import { checkHistories } from '../../support/history.ts';
import type { Random } from '../../support/random.ts';

const FIELDS: readonly Field[] = [
  { name: 'severity', type: 'integer' },
  { name: 'serial', type: 'integer', key: true },
  { name: 'site', type: 'text' },
];
const ORDERS: readonly (readonly OrderTerm[])[] = [
  [],
  [{ column: 'severity', desc: true }],
  [{ column: 'site' }, { column: 'severity', desc: true }],
];
const SITES: readonly Value[] = [null, 'lon', 'nyc', '', '\uffff', '😀', 'Lon'];

type Row = readonly [severity: Value, serial: number, site: Value];
type Step =
  | { readonly kind: 'snap'; readonly rows: readonly Row[] }
  | { readonly kind: 'delta'; readonly upsert: readonly Row[]; readonly remove: readonly number[] }
  | { readonly kind: 'rows'; readonly changes: readonly { op: RowOp; row: Row }[] }
  | { readonly kind: 'cut' }
  /** Everything staged is lost; what came last comes again, as it does when a page resumes. */
  | { readonly kind: 'reconnect' };

function columns(rows: readonly Row[]): Value[][] {
  return FIELDS.map((_, index) => rows.map(row => row[index]!));
}

function distinct(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map(row => [row[1], row])).values()];
}

function generate(random: Random): Step[] {
  const row = (): Row => [random.chance(0.1) ? null : random.int(6), random.int(25), random.pick(SITES)];
  const rows = (most: number): Row[] => Array.from({ length: random.int(most) }, row);
  return Array.from({ length: 40 }, (): Step => {
    const pick = random.next();
    if (pick < 0.08) return { kind: 'snap', rows: distinct(rows(20)) };
    if (pick < 0.45) {
      const upsert = distinct(rows(6));
      const remove = rows(4).map(([, serial]) => serial);
      return { kind: 'delta', upsert, remove: remove.filter(key => !upsert.some(([, serial]) => serial === key)) };
    }
    if (pick < 0.6)
      return { kind: 'rows', changes: rows(5).map(row => ({ op: random.pick(['enter', 'leave'] as const), row })) };
    return { kind: pick < 0.93 ? 'cut' : 'reconnect' };
  });
}

/** SQLite's order as a plain comparison, with the code points of texts as numbers. */
function compare(a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [[...String(a)], [...String(b)]].map(text => text.map(letter => letter.codePointAt(0)!));
  for (let i = 0; i < Math.min(left!.length, right!.length); i++)
    if (left![i] !== right![i]) return left![i]! - right![i]!;
  return left!.length - right!.length;
}

function inOrder(rows: ReadonlyMap<number, Row>, terms: readonly OrderTerm[]): Row[] {
  const index = (name: string): number => FIELDS.findIndex(field => field.name === name);
  return [...rows.values()].sort((a, b) => {
    for (const { column, desc } of [...terms, { column: 'serial', desc: false }]) {
      const order = compare(a[index(column)]!, b[index(column)]!);
      if (order !== 0) return desc ? -order : order;
    }
    return 0;
  });
}

function shown(store: ViewStore, order: RowOrder): Row[] {
  return Array.from(order.slots, slot => FIELDS.map((_, index) => store.rows.column(index)[slot]!) as unknown as Row);
}

/** The store beside a map to which the same is done, compared after every step. */
function run(steps: readonly Step[]): void {
  const store = new ViewStore();
  const orders = ORDERS.map(terms => new RowOrder(terms));
  for (const order of orders) store.rows.addOrder(order);
  let seq = 0;
  let held = new Map<number, Row>();
  let staged: ((rows: Map<number, Row>) => Map<number, Row>)[] = [];
  store.stage({ type: 'snap', view: 'v1', asOf: 0, fields: FIELDS, values: columns([]) });
  store.commit(0, 0);
  for (const step of steps) {
    seq++;
    switch (step.kind) {
      case 'snap':
        store.stage({ type: 'snap', view: 'v1', asOf: seq, fields: FIELDS, values: columns(step.rows) });
        staged.push(() => new Map(step.rows.map(row => [row[1], row])));
        break;
      case 'delta':
        store.stage({ type: 'delta', view: 'v1', asOf: seq, upsert: columns(step.upsert), remove: step.remove });
        staged.push(rows => {
          for (const key of step.remove) rows.delete(key);
          for (const row of step.upsert) rows.set(row[1], row);
          return rows;
        });
        break;
      case 'rows': {
        const changes = step.changes.map(({ op, row }) => ({ seq: ++seq, key: row[1], op, values: row }));
        store.stage({ type: 'rows', view: 'v1', asOf: seq, changes });
        // As when a page resumes from before them: they come twice.
        store.stage({ type: 'rows', view: 'v1', asOf: seq, changes });
        staged.push(rows => {
          for (const { op, row } of step.changes) op === 'leave' ? rows.delete(row[1]) : rows.set(row[1], row);
          return rows;
        });
        break;
      }
      case 'cut':
        store.commit(seq, 0);
        held = staged.reduce((rows, apply) => apply(rows), new Map(held));
        staged = [];
        break;
      case 'reconnect':
        store.forgetStaged();
        staged = [];
        break;
    }
    for (const [index, order] of orders.entries()) expect(shown(store, order)).toEqual(inOrder(held, ORDERS[index]!));
    expect(store.rows.size).toBe(held.size);
    const seqs = store.changes.changes.map(change => change.seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  }
}

describe('ViewStore', () => {
  it('holds after every cut what a map holds, in every order, whatever came between', () => {
    checkHistories({ seed: 400, count: 300, generate, run });
  });

  it('lets changes pass by that its snapshot holds already', () => {
    const store = new ViewStore();
    store.stage({ type: 'snap', view: 'v1', asOf: 9, fields: FIELDS, values: columns([[5, 1, 'lon']]) });
    const change = (seq: number, severity: number) => ({
      seq,
      key: 1,
      op: 'update' as const,
      values: [severity, 1, 'lon'],
    });
    store.stage({ type: 'rows', view: 'v1', asOf: 10, changes: [change(8, 2), change(9, 3)] });
    store.commit(10, 0);
    expect(store.rows.columnOf('severity')).toEqual([5]);
  });

  it('remembers a gap until a snapshot makes up for it', () => {
    const store = new ViewStore();
    store.stage({ type: 'gap', view: 'v1', from: 3, to: 9 });
    store.commit(10, 0);
    expect(store.gap).toEqual({ from: 3, to: 9 });
    store.stage({ type: 'snap', view: 'v1', asOf: 11, fields: FIELDS, values: columns([]), conflated: true });
    store.commit(11, 500);
    expect([store.gap, store.conflatedMs]).toEqual([undefined, 500]);
  });
});
