import { assert } from '../../backend/lib/assert.ts';
import type { Columns, Field } from '../../backend/protocol/messages.ts';
import type { Key, Value } from '../../backend/protocol/schema.ts';
import type { RowOrder } from './row-order.ts';

const WRITTEN = 1;
const FREED = 2;

/**
 * The rows of one view by their key, column by column, patched in place: a change costs its own columns, whatever the
 * size of the table. A row keeps its slot for life; the slots of removed rows are used again.
 */
export class RowTable {
  #fields: readonly Field[] = [];
  #columns: Value[][] = [];
  #keyIndex = 0;
  readonly #slotOf = new Map<Key, number>();
  /** Of all columns, free ones too. */
  #slots = 0;
  #free: number[] = [];
  readonly #orders = new Set<RowOrder>();
  /** Slots that were written or freed since the last time, each once. */
  #marked: number[] = [];
  /** What happened to each slot; as long as the columns, or longer. */
  #marks = new Uint8Array(0);

  get size(): number {
    return this.#slotOf.size;
  }

  get fields(): readonly Field[] {
    return this.#fields;
  }

  /** By slot; free slots hold whatever they held. */
  column(index: number): readonly Value[] {
    return this.#columns[index] ?? [];
  }

  columnOf(name: string): readonly Value[] | undefined {
    return this.#columns[this.#fields.findIndex(field => field.name === name)];
  }

  has(key: Key): boolean {
    return this.#slotOf.has(key);
  }

  /** From here on the order is kept with the rows. */
  addOrder(order: RowOrder): void {
    this.#orders.add(order);
    order.reset(this.#fields, this.#columns, [...this.#slotOf.values()]);
  }

  removeOrder(order: RowOrder): void {
    this.#orders.delete(order);
  }

  reset(fields: readonly Field[], values: Columns): void {
    this.#fields = fields;
    this.#columns = fields.map((_, index) => generic(values[index] ?? []));
    const keyIndex = fields.findIndex(field => field.key);
    this.#keyIndex = Math.max(0, keyIndex);
    this.#slotOf.clear();
    this.#free = [];
    const keys = this.#columns[this.#keyIndex] ?? [];
    // Without a key there are only whole snapshots, and a row is known by its place.
    for (let slot = 0; slot < keys.length; slot++) this.#slotOf.set(keyIndex < 0 ? slot : keyOf(keys[slot]), slot);
    this.#slots = keys.length;
    this.#clearMarks();
    for (const order of this.#orders) order.reset(fields, this.#columns, [...this.#slotOf.values()]);
  }

  upsert(values: Columns): void {
    const keys = values[this.#keyIndex] ?? [];
    const slots = keys.map(key => this.#slotFor(keyOf(key)));
    for (const [index, column] of this.#columns.entries()) scatter(values[index]!, slots, column);
  }

  upsertRow(values: readonly Value[]): void {
    const slot = this.#slotFor(keyOf(values[this.#keyIndex]));
    for (let index = 0; index < this.#columns.length; index++) this.#columns[index]![slot] = values[index]!;
  }

  remove(keys: readonly Key[]): void {
    for (const key of keys) {
      const slot = this.#slotOf.get(key);
      if (slot === undefined) continue;
      this.#slotOf.delete(key);
      this.#mark(slot, FREED);
      this.#free.push(slot);
    }
  }

  /** Brings the orders up to the changes since the last time. */
  settle(): void {
    if (this.#marked.length === 0) return;
    const written = this.#marked.filter(slot => this.#marks[slot] === WRITTEN);
    for (const order of this.#orders) order.update(this.#marks, written);
    this.#clearMarks();
  }

  #mark(slot: number, mark: number): void {
    if (this.#marks.length < this.#slots) {
      const marks = new Uint8Array(this.#slots + (this.#slots >> 3));
      marks.set(this.#marks);
      this.#marks = marks;
    }
    if (this.#marks[slot] === 0) this.#marked.push(slot);
    this.#marks[slot] = mark;
  }

  #clearMarks(): void {
    for (const slot of this.#marked) this.#marks[slot] = 0;
    this.#marked = [];
  }

  #slotFor(key: Key): number {
    let slot = this.#slotOf.get(key);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#slots++;
      this.#slotOf.set(key, slot);
    }
    this.#mark(slot, WRITTEN);
    return slot;
  }
}

/** What stays is not replaced by its equal: an engine copies what it has held for long faster than what has just come. */
function scatter(values: readonly Value[], slots: readonly number[], into: Value[]): void {
  for (let row = 0; row < slots.length; row++) if (into[slots[row]!] !== values[row]) into[slots[row]!] = values[row]!;
}

/** A copy that an engine keeps as values of any kind: every column is read by the same code, as fast for each. */
function generic(values: readonly Value[]): Value[] {
  const copy: Value[] = [null];
  for (let i = 0; i < values.length; i++) copy[i] = values[i]!;
  copy.length = values.length;
  return copy;
}

function keyOf(value: Value | undefined): Key {
  assert(value !== null && value !== undefined, 'a row has a key');
  return value;
}
