import { assert } from '../lib/assert.ts';
import type { Key, Value } from '../protocol/schema.ts';

/**
 * How the retained log keeps changes: as what undoes them, since the rows themselves say the rest. One flat list, which
 * JSON.stringify writes several times faster than nested ones. Per change: head = 4 × table + op, the key, and then
 * enter: nothing; leave: the values of the row, as many as the table has columns;
 * update: the number of changed columns, and of each its position and old value.
 */
export type UndoItems = Value[];

export const ENTER = 0;
export const LEAVE = 1;
export const UPDATE = 2;

export type UndoRecord =
  | { readonly op: typeof ENTER; readonly table: number; readonly key: Key }
  | { readonly op: typeof LEAVE; readonly table: number; readonly key: Key; readonly row: readonly Value[] }
  /** `old`: position, value, position, value … */
  | { readonly op: typeof UPDATE; readonly table: number; readonly key: Key; readonly old: readonly Value[] };

/** `widths`: the number of columns of each table at the time of writing. */
export function decodeUndo(items: readonly Value[], widths: readonly number[]): UndoRecord[] {
  const records: UndoRecord[] = [];
  for (let at = 0; at < items.length; ) {
    const head = items[at] as number;
    const key = items[at + 1] as Key;
    const table = head >> 2;
    const op = head & 3;
    at += 2;
    if (op === ENTER) {
      records.push({ op, table, key });
    } else if (op === LEAVE) {
      const width = widths[table];
      assert(width !== undefined, 'the log names a table that its layout does not have');
      records.push({ op, table, key, row: items.slice(at, at + width) });
      at += width;
    } else {
      const length = 2 * (items[at] as number);
      records.push({ op: UPDATE, table, key, old: items.slice(at + 1, at + 1 + length) });
      at += 1 + length;
    }
  }
  return records;
}
