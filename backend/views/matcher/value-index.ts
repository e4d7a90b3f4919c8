import { assert } from '../../lib/assert.ts';
import type { Value } from '../../protocol/schema.ts';
import type { Cut } from '../../sql/domain.ts';
import type { Variable } from '../../sql/variable.ts';
import { type Interval, IntervalIndex } from './interval-index.ts';
import type { Place } from './place.ts';

/** Buckets by what a row's value is. */
export interface PlaceIndex<B> {
  /** Names it among the indexes of one bucket. */
  readonly key: string;
  /** What to read of a row before `find`. */
  readonly variable: Variable;
  readonly isEmpty: boolean;
  get(place: Place): B | undefined;
  set(place: Place, bucket: B): void;
  delete(place: Place): void;
  /** Appends every bucket whose place has the value, each once. */
  find(value: Value, found: B[]): void;
}

/** For columns and folded columns: NULL, points and ranges. */
export class ValueIndex<B> implements PlaceIndex<B> {
  readonly key: string;
  readonly variable: Variable;
  readonly #points = new Map<Cut, B>();
  readonly #ranges = new Map<string, Interval<B>>();
  readonly #intervals = new IntervalIndex<B>();
  #atNull: B | undefined;

  constructor(key: string, variable: Variable) {
    this.key = key;
    this.variable = variable;
  }

  get isEmpty(): boolean {
    return this.#points.size === 0 && this.#ranges.size === 0 && this.#atNull === undefined;
  }

  get(place: Place): B | undefined {
    if (place.kind === 'null') return this.#atNull;
    if (place.kind === 'point') return this.#points.get(place.low);
    return this.#ranges.get(rangeKey(place))?.bucket;
  }

  set(place: Place, bucket: B): void {
    if (place.kind === 'null') this.#atNull = bucket;
    else if (place.kind === 'point') this.#points.set(place.low, bucket);
    else {
      assert(place.kind === 'range', 'values are not searched for literals');
      const interval = { low: place.low, high: place.high, bucket };
      this.#ranges.set(rangeKey(place), interval);
      this.#intervals.add(interval);
    }
  }

  delete(place: Place): void {
    if (place.kind === 'null') this.#atNull = undefined;
    else if (place.kind === 'point') this.#points.delete(place.low);
    else {
      const key = rangeKey(place);
      this.#intervals.delete(this.#ranges.get(key)!);
      this.#ranges.delete(key);
    }
  }

  find(value: Value, found: B[]): void {
    if (value === null) {
      if (this.#atNull !== undefined) found.push(this.#atNull);
      return;
    }
    const bucket = this.#points.get(value);
    if (bucket !== undefined) found.push(bucket);
    if (this.#ranges.size > 0) this.#intervals.find(value, found);
  }
}

function rangeKey(place: Place): string {
  return place.kind === 'range' ? JSON.stringify([place.low, place.high]) : '';
}
