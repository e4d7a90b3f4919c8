import type { Row } from '../../protocol/schema.ts';
import { type Cut, compareCuts } from '../../sql/domain.ts';
import type { Variable } from '../../sql/variable.ts';
import type { Place } from './place.ts';

/** Enough to tell 1 % from 6 %, little enough to sort in some microseconds. */
const ROWS_MAX = 128;
/** Below this a guess from the shape of the filter is better. */
const ROWS_MIN = 32;
/** While it fills, every few changes; later a change in so many, so that it follows the day without costing. */
const STRIDE_FIRST = 4;
const STRIDE_LATER = 512;

interface Spread {
  readonly sorted: readonly Cut[];
  readonly nulls: number;
}

/** A few of the rows that changed, to tell how often a value is met. A `contains` is asked of its pattern's variable. */
export class Sample {
  readonly #rows: Row[] = [];
  readonly #spreads = new Map<string, Spread>();
  #next = 0;
  #seen = 0;

  /** A row that changed: one in so many is taken. */
  see(row: Row): void {
    if (this.#seen++ % (this.#rows.length < ROWS_MAX ? STRIDE_FIRST : STRIDE_LATER) === 0) this.take(row);
  }

  take(row: Row): void {
    this.#rows[this.#next] = row;
    this.#next = (this.#next + 1) % ROWS_MAX;
    if (this.#next % ROWS_MIN === 0) this.#spreads.clear();
  }

  /** The share of changes that would come by any of the places, which do not overlap. */
  frequency(variable: Variable, places: readonly Place[]): number {
    const known = this.#rows.length >= ROWS_MIN ? this.#spreadOf(variable) : undefined;
    let share = 0;
    for (const place of places) share += known === undefined ? guess(place) : measured(place, known);
    return share;
  }

  #spreadOf(variable: Variable): Spread {
    const known = this.#spreads.get(variable.key);
    if (known !== undefined) return known;
    const values = this.#rows.map(row => variable.read(row, 0));
    const sorted = values.filter(value => value !== null).sort(compareCuts);
    const spread = { sorted, nulls: values.length - sorted.length };
    // Patterns are as many as filters; columns are few.
    if (variable.origin.kind !== 'pattern') this.#spreads.set(variable.key, spread);
    return spread;
  }
}

function guess(place: Place): number {
  if (place.kind === 'null') return 0.2;
  if (place.kind === 'contains') return 0.05;
  if (place.low === undefined || place.high === undefined) return 0.4;
  return place.kind === 'point' ? 0.02 : 0.1;
}

function measured(place: Place, { sorted, nulls }: Spread): number {
  const rows = sorted.length + nulls;
  if (place.kind === 'null') return nulls / rows;
  if (place.kind === 'contains') return (sorted.length - countBelow(sorted, 1)) / rows; // of the pattern's 0 and 1
  const from = place.low === undefined ? 0 : countBelow(sorted, place.low);
  const to = place.high === undefined ? sorted.length : countBelow(sorted, place.high);
  return (to - from) / rows;
}

function countBelow(sorted: readonly Cut[], cut: Cut): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareCuts(sorted[middle]!, cut) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
