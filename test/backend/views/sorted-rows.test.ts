import { describe, expect, it } from 'vitest';
import type { Row } from '../../../backend/protocol/schema.ts';
import { SortedRows } from '../../../backend/views/sorted-rows.ts';
import { rowOrder } from '../../../backend/views/value-order.ts';
import { Random } from '../../support/random.ts';

describe('sorted rows', () => {
  it('equal a sorted array, through growth, shrinkage and emptiness', () => {
    const random = new Random(5);
    const order = rowOrder([{ columnIndex: 1, desc: true }], 0);
    const sorted = new SortedRows(order);
    const model = new Map<number, Row>();
    // Mostly growing, then mostly shrinking, twice over: chunks split, and empty again.
    for (let step = 0; step < 12_000; step++) {
      const id = random.int(2_500);
      const old = model.get(id);
      if (old !== undefined) {
        const place = [...model.values()].filter(row => order(row, old) < 0).length;
        expect(sorted.placeOf(old)).toBe(place);
        expect(sorted.remove(old)).toBe(place);
        model.delete(id);
      }
      if (random.chance(step % 6_000 < 3_500 ? 0.9 : 0.1)) {
        const row: Row = [id, random.int(100)];
        model.set(id, row);
        const place = sorted.insert(row);
        expect(sorted.at(place)).toBe(row);
      }
      if (step % 500 === 499) {
        const rows = [...model.values()].sort(order);
        const [from, to] = [random.int(1_000), random.int(3_000)];
        expect(sorted.slice(from, to)).toEqual(rows.slice(from, Math.max(from, to)));
        expect([sorted.size, sorted.last()]).toEqual([rows.length, rows.at(-1)]);
        if (random.chance(0.2)) {
          const kept = random.int(rows.length + 1);
          expect(sorted.truncate(kept)).toEqual(rows.slice(kept));
          for (const row of rows.slice(kept)) model.delete(Number(row[0]));
        }
      }
    }
  });
});
