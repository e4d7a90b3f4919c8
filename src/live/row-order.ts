import type { Field } from '../../backend/protocol/messages.ts';
import type { OrderTerm } from '../../backend/protocol/request.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import { compareText } from '../../backend/sql/text-order.ts';

type SlotOrder = (a: number, b: number) => number;

/** SQLite's order: NULL, then numbers, then text by code points. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return storageClass(a) - storageClass(b);
}

function storageClass(value: Value): number {
  if (value === null) return 0;
  return typeof value === 'number' ? 1 : 2;
}

/**
 * The slots of a row table in the order of one request, the key settling every tie, so that all pages show the same.
 * Kept from change to change: what was touched is taken out in one pass and merged back in another.
 */
export class RowOrder {
  readonly #terms: readonly OrderTerm[];
  #slots: readonly number[] = [];
  #compare: SlotOrder = () => 0;

  constructor(terms: readonly OrderTerm[] = []) {
    this.#terms = terms;
  }

  get slots(): readonly number[] {
    return this.#slots;
  }

  /** All rows are new. */
  reset(fields: readonly Field[], columns: readonly (readonly Value[])[], slots: number[]): void {
    this.#compare = slotOrder(this.#terms, fields, columns);
    this.#slots = slots.sort(this.#compare);
  }

  /** `gone` no longer hold rows, or hold others; `touched` hold rows that are new or changed. */
  update(gone: ReadonlySet<number>, touched: ReadonlySet<number>, slots: number): void {
    const moves = new Uint8Array(slots);
    for (const slot of gone) moves[slot] = 1;
    for (const slot of touched) moves[slot] = 1;
    const stayed = this.#slots.filter(slot => moves[slot] === 0);
    const moved = [...touched].sort(this.#compare);
    const merged: number[] = [];
    let from = 0;
    for (const slot of moved) {
      const to = this.#placeOf(slot, stayed, from);
      while (from < to) merged.push(stayed[from++]!);
      merged.push(slot);
    }
    while (from < stayed.length) merged.push(stayed[from++]!);
    this.#slots = merged;
  }

  /** The first place from `low` on whose row does not come before this one. */
  #placeOf(slot: number, sorted: readonly number[], low: number): number {
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(sorted[middle]!, slot) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function slotOrder(
  terms: readonly OrderTerm[],
  fields: readonly Field[],
  columns: readonly (readonly Value[])[],
): SlotOrder {
  const keyed = [...terms, ...fields.filter(field => field.key).map(({ name }): OrderTerm => ({ column: name }))];
  const sorted = keyed.flatMap(({ column, desc }) => {
    const values = columns[fields.findIndex(field => field.name === column)];
    return values === undefined ? [] : [{ values, sign: desc ? -1 : 1 }];
  });
  return (a, b) => {
    for (const { sign, values } of sorted) {
      const order = compareValues(values[a]!, values[b]!);
      if (order !== 0) return sign * order;
    }
    return a - b;
  };
}
