import { type Diagram, NO } from '../../sql/diagram.ts';
import { type Placement, placementsOf } from './access.ts';
import { columnsRead } from './changed-columns.ts';
import { ContainsIndex } from './contains-index.ts';
import type { Place } from './place.ts';
import type { Sample } from './sample.ts';
import { type PlaceIndex, ValueIndex } from './value-index.ts';

/** A filter that is asked in a bucket. */
export interface Slot {
  readonly id: number;
  readonly bucket: Bucket;
  /** What of the filter is not yet known from how the row came here. */
  readonly rest: Diagram;
  /** The columns that the rest reads, as bits. */
  readonly reads: number;
  /** Position in the bucket's list. */
  at: number;
  /** All slots of the same filter, this one included. */
  readonly siblings: Slot[];
}

/** Below this, asking every filter costs no more than looking values up. */
const LIST_MAX = 24;

/** Filters that wait under one value. Many of them are spread out again, under further values. */
export class Bucket {
  readonly slots: Slot[] = [];
  readonly indexes = new Map<string, PlaceIndex<Bucket>>();
  readonly #sample: Sample;
  /** Takes this bucket out of its index. */
  readonly #leave: () => void;
  #spreadAt = LIST_MAX;

  constructor(sample: Sample, leave: () => void = () => {}) {
    this.#sample = sample;
    this.#leave = leave;
  }

  get isEmpty(): boolean {
    return this.slots.length === 0 && this.indexes.size === 0;
  }

  add(rest: Diagram, id: number, siblings: Slot[]): void {
    if (rest === NO) return;
    if (this.indexes.size > 0 && this.#place(rest, id, siblings)) return;
    this.#list(rest, id, siblings);
    if (this.slots.length > this.#spreadAt) this.#spread();
  }

  remove(slot: Slot): void {
    this.#unlist(slot);
    if (this.isEmpty) this.#leave();
  }

  #list(rest: Diagram, id: number, siblings: Slot[]): void {
    const slot: Slot = { id, bucket: this, rest, reads: columnsRead(rest), at: this.slots.length, siblings };
    this.slots.push(slot);
    siblings.push(slot);
  }

  #unlist(slot: Slot): void {
    const last = this.slots.pop()!;
    if (last !== slot) {
      this.slots[slot.at] = last;
      last.at = slot.at;
    }
    slot.siblings.splice(slot.siblings.indexOf(slot), 1);
  }

  /** What finds no place stays, and is tried again when there is twice as much of it. */
  #spread(): void {
    for (const slot of [...this.slots]) if (this.#place(slot.rest, slot.id, slot.siblings)) this.#unlist(slot);
    this.#spreadAt = Math.max(LIST_MAX, 2 * this.slots.length);
  }

  #place(rest: Diagram, id: number, siblings: Slot[]): boolean {
    const placements = placementsOf(rest, this.#sample);
    if (placements === undefined) return false;
    for (const placement of placements) this.#bucketFor(placement).add(placement.rest, id, siblings);
    return true;
  }

  #bucketFor(placement: Placement): Bucket {
    const index = this.#indexFor(placement);
    const known = index.get(placement.place);
    if (known !== undefined) return known;
    const made = new Bucket(this.#sample, () => this.#drop(placement.index, placement.place));
    index.set(placement.place, made);
    return made;
  }

  #indexFor({ index: key, variable, place }: Placement): PlaceIndex<Bucket> {
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    const made = place.kind === 'contains' ? new ContainsIndex<Bucket>(variable) : new ValueIndex<Bucket>(variable);
    this.indexes.set(key, made);
    return made;
  }

  #drop(key: string, place: Place): void {
    const index = this.indexes.get(key)!;
    index.delete(place);
    if (!index.isEmpty) return;
    this.indexes.delete(key);
    if (this.isEmpty) this.#leave();
  }
}
