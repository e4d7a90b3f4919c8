import { type Diagram, NO } from '../../sql/diagram.ts';
import { type Placement, placementsOf } from './access.ts';
import { ContainsIndex } from './contains-index.ts';
import type { Place } from './place.ts';
import type { Rest, Rests } from './rests.ts';
import type { Sample } from './sample.ts';
import { type PlaceIndex, ValueIndex } from './value-index.ts';

/** What all buckets of a matcher share. */
export interface Surroundings {
  readonly sample: Sample;
  readonly rests: Rests;
  /** By id: the buckets that ask the filter, one as often as it asks it; undefined for an id that is free. */
  readonly homes: (Bucket[] | undefined)[];
}

/** Where a bucket is found: in an index of another bucket. */
interface Spot {
  readonly parent: Bucket;
  readonly index: PlaceIndex<Bucket>;
  readonly place: Place;
}

/** Below this, asking every filter costs no more than looking values up. */
const LIST_MAX = 24;
const NO_INDEXES: readonly PlaceIndex<Bucket>[] = [];

/**
 * Filters that wait under one value. Many of them are spread out again, under further values. Most buckets hold one
 * filter and there is one for nearly every filter, so that a bucket with one is small.
 */
export class Bucket {
  /** The filters that are asked here, and at the same positions what they are asked: a walk reads nothing else. */
  ids: number[] = [];
  rests: Rest[] = [];
  indexes: readonly PlaceIndex<Bucket>[] = NO_INDEXES;
  readonly #around: Surroundings;
  /** Undefined for the root. */
  readonly #spot: Spot | undefined;
  #spreadAt = LIST_MAX;

  constructor(around: Surroundings, spot?: Spot) {
    this.#around = around;
    this.#spot = spot;
  }

  get isEmpty(): boolean {
    return this.ids.length === 0 && this.indexes.length === 0;
  }

  add(diagram: Diagram, id: number): void {
    if (diagram === NO) return;
    if (this.indexes.length > 0 && this.#place(diagram, id)) return;
    this.#list(this.#around.rests.take(diagram), id);
    if (this.ids.length > this.#spreadAt) this.#spread();
  }

  /** Once for each time that it is asked here. */
  remove(id: number): void {
    this.#unlist(this.ids.indexOf(id));
    if (this.isEmpty) this.#leave();
  }

  #list(rest: Rest, id: number): void {
    const { homes } = this.#around;
    const known = homes[id]!;
    // A list that is made with its first item has room for one; a push into an empty one makes room for many.
    if (known.length === 0) homes[id] = [this];
    else known.push(this);
    if (this.ids.length === 0) {
      this.ids = [id];
      this.rests = [rest];
    } else {
      this.ids.push(id);
      this.rests.push(rest);
    }
  }

  /** The last one takes the place that becomes free. */
  #unlist(at: number): void {
    const id = this.ids[at]!;
    const rest = this.rests[at]!;
    const lastId = this.ids.pop()!;
    const lastRest = this.rests.pop()!;
    if (at < this.ids.length) {
      this.ids[at] = lastId;
      this.rests[at] = lastRest;
    }
    const home = this.#around.homes[id]!;
    home.splice(home.indexOf(this), 1);
    this.#around.rests.give(rest);
  }

  /** What finds no place stays, and is tried again when there is twice as much of it. */
  #spread(): void {
    // From the end, so that the one that takes a free place has been tried already.
    for (let at = this.ids.length - 1; at >= 0; at--)
      if (this.#place(this.rests[at]!.diagram, this.ids[at]!)) this.#unlist(at);
    this.#spreadAt = Math.max(LIST_MAX, 2 * this.ids.length);
  }

  #place(diagram: Diagram, id: number): boolean {
    const placements = placementsOf(diagram, this.#around.sample);
    if (placements === undefined) return false;
    for (const placement of placements) this.#bucketFor(placement).add(placement.rest, id);
    return true;
  }

  #bucketFor(placement: Placement): Bucket {
    const { place } = placement;
    const index = this.#indexFor(placement);
    const known = index.get(place);
    if (known !== undefined) return known;
    const made = new Bucket(this.#around, { parent: this, index, place });
    index.set(place, made);
    return made;
  }

  #indexFor({ index: key, variable, place }: Placement): PlaceIndex<Bucket> {
    const known = this.indexes.find(index => index.key === key);
    if (known !== undefined) return known;
    const made =
      place.kind === 'contains' ? new ContainsIndex<Bucket>(key, variable) : new ValueIndex<Bucket>(key, variable);
    this.indexes = [...this.indexes, made];
    return made;
  }

  #leave(): void {
    if (this.#spot === undefined) return;
    const { index, parent, place } = this.#spot;
    index.delete(place);
    if (!index.isEmpty) return;
    parent.indexes = parent.indexes.filter(other => other !== index);
    if (parent.isEmpty) parent.#leave();
  }
}
