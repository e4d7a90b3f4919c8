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
 * Kept from change to change: what was touched is taken out in one pass and put back by binary search, the runs between
 * are copied as blocks.
 */
export class RowOrder {
  readonly #terms: readonly OrderTerm[];
  #compare: SlotOrder = () => 0;
  #slots = new Int32Array(0);
  // Kept from update to update, since typed arrays are costly to make and to collect.
  #spare = new Int32Array(0);
  #stayed = new Int32Array(0);

  constructor(terms: readonly OrderTerm[] = []) {
    this.#terms = terms;
  }

  /** Valid until the next change. */
  get slots(): Int32Array {
    return this.#slots;
  }

  /** All rows are new. */
  reset(fields: readonly Field[], columns: readonly (readonly Value[])[], slots: number[]): void {
    this.#compare = slotOrder(this.#terms, fields, columns);
    this.#slots = Int32Array.from(slots.sort(this.#compare));
  }

  /** A mark for each slot: what is not 0 is taken out; `written` of them hold rows that are new or changed. */
  update(marks: Uint8Array, written: readonly number[]): void {
    const stayed = this.#unmarked(marks);
    const moved = written.toSorted(this.#compare);
    const length = stayed.length + moved.length;
    if (this.#spare.length < length) this.#spare = new Int32Array(length + (length >> 3));
    const merged = this.#spare;
    let from = 0;
    let to = 0;
    for (const slot of moved) {
      const place = this.#placeOf(slot, stayed, from);
      while (from < place) merged[to++] = stayed[from++]!;
      merged[to++] = slot;
    }
    while (from < stayed.length) merged[to++] = stayed[from++]!;
    this.#spare = new Int32Array(this.#slots.buffer);
    this.#slots = merged.subarray(0, length);
  }

  #unmarked(marks: Uint8Array): Int32Array {
    const all = this.#slots;
    if (this.#stayed.length < all.length) this.#stayed = new Int32Array(all.length + (all.length >> 3));
    const stayed = this.#stayed;
    let length = 0;
    for (let i = 0; i < all.length; i++) {
      const slot = all[i]!;
      if (marks[slot] === 0) stayed[length++] = slot;
    }
    return stayed.subarray(0, length);
  }

  /** The first place from `low` on whose row does not come before this one. */
  #placeOf(slot: number, sorted: Int32Array, low: number): number {
    const compare = this.#compare;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(sorted[middle]!, slot) < 0) low = middle + 1;
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
  const places = keyed.map(({ column, desc }) => ({ at: fields.findIndex(({ name }) => name === column), desc }));
  const known = places.filter(({ at }) => columns[at] !== undefined);
  const sorted = known.map(({ at }) => columns[at]!);
  const signs = known.map(({ desc }) => (desc ? -1 : 1));
  return (a, b) => {
    for (let i = 0; i < sorted.length; i++) {
      const values = sorted[i]!;
      const order = compareValues(values[a]!, values[b]!);
      if (order !== 0) return signs[i]! * order;
    }
    return a - b;
  };
}
