import type { Row, Value } from '../protocol/schema.ts';
import { compareText } from '../sql/text-order.ts';

/** SQLite's order of values: NULL, then numbers by value, then text by code point. Also its equality. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return storageClass(a) - storageClass(b);
}

function storageClass(value: Value): number {
  if (value === null) return 0;
  return typeof value === 'number' ? 1 : 2;
}

/** Orders lists of equal length by their first difference. */
export function compareTuples(a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareValues(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return 0;
}

export interface RowOrderTerm {
  readonly columnIndex: number;
  readonly desc: boolean;
}

/** A total order of rows, as by SQLite's ORDER BY terms…, primary key: the key settles every tie. */
export function rowOrder(terms: readonly RowOrderTerm[], keyIndex: number): (a: Row, b: Row) => number {
  return (a, b) => {
    for (const { columnIndex, desc } of terms) {
      const order = compareValues(a[columnIndex]!, b[columnIndex]!);
      if (order !== 0) return desc ? -order : order;
    }
    return compareValues(a[keyIndex]!, b[keyIndex]!);
  };
}
