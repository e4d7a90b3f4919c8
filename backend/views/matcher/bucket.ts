import { type Diagram, NO } from '../../sql/diagram.ts';
import { type Placement, placementsOf } from './access.ts';
import { ContainsIndex } from './contains-index.ts';
import type { Place } from './place.ts';
import type { Rest, Rests } from './rests.ts';
import type { Sample } from './sample.ts';
import { type PlaceIndex, ValueIndex } from './value-index.ts';

/** Where a filter is asked. */
export interface Slot {
  readonly id: number;
  readonly bucket: Bucket;
  readonly rest: Rest;
  /** Position in the bucket's lists. */
  at: number;
  /** All slots of the same filter, this one included. */
  readonly siblings: Slot[];
}

/** What all buckets of a matcher share. */
export interface Surroundings {
  readonly sample: Sample;
  readonly rests: Rests;
}

/** Below this, asking every filter costs no more than looking values up. */
const LIST_MAX = 24;

/** Filters that wait under one value. Many of them are spread out again, under further values. */
export class Bucket {
  /** The filters that are asked here, and at the same positions what they are asked: a walk reads nothing else. */
  readonly ids: number[] = [];
  readonly rests: Rest[] = [];
  readonly indexes = new Map<string, PlaceIndex<Bucket>>();
  readonly #slots: Slot[] = [];
  readonly #around: Surroundings;
  /** Takes this bucket out of its index. */
  readonly #leave: () => void;
  #spreadAt = LIST_MAX;

  constructor(around: Surroundings, leave: () => void = () => {}) {
    this.#around = around;
    this.#leave = leave;
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0 && this.indexes.size === 0;
  }

  add(diagram: Diagram, id: number, siblings: Slot[]): void {
    if (diagram === NO) return;
    if (this.indexes.size > 0 && this.#place(diagram, id, siblings)) return;
    this.#list(this.#around.rests.take(diagram), id, siblings);
    if (this.#slots.length > this.#spreadAt) this.#spread();
  }

  remove(slot: Slot): void {
    this.#unlist(slot);
    if (this.isEmpty) this.#leave();
  }

  #list(rest: Rest, id: number, siblings: Slot[]): void {
    const slot: Slot = { id, bucket: this, rest, at: this.#slots.length, siblings };
    this.#slots.push(slot);
    this.ids.push(id);
    this.rests.push(rest);
    siblings.push(slot);
  }

  /** The last one takes the place that becomes free. */
  #unlist({ at, rest, siblings }: Slot): void {
    const slot = this.#slots[at]!;
    const last = this.#slots.pop()!;
    this.ids.pop();
    this.rests.pop();
    if (last !== slot) {
      this.#slots[at] = last;
      this.ids[at] = last.id;
      this.rests[at] = last.rest;
      last.at = at;
    }
    siblings.splice(siblings.indexOf(slot), 1);
    this.#around.rests.give(rest);
  }

  /** What finds no place stays, and is tried again when there is twice as much of it. */
  #spread(): void {
    for (const slot of [...this.#slots]) if (this.#place(slot.rest.diagram, slot.id, slot.siblings)) this.#unlist(slot);
    this.#spreadAt = Math.max(LIST_MAX, 2 * this.#slots.length);
  }

  #place(diagram: Diagram, id: number, siblings: Slot[]): boolean {
    const placements = placementsOf(diagram, this.#around.sample);
    if (placements === undefined) return false;
    for (const placement of placements) this.#bucketFor(placement).add(placement.rest, id, siblings);
    return true;
  }

  #bucketFor(placement: Placement): Bucket {
    const index = this.#indexFor(placement);
    const known = index.get(placement.place);
    if (known !== undefined) return known;
    const made = new Bucket(this.#around, () => this.#drop(placement.index, placement.place));
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
