import { type Cut, compareCuts } from '../../sql/domain.ts';
import { isPlain } from '../../sql/text-order.ts';

const NOTHING = Symbol('no interval');
type End = Cut | undefined | typeof NOTHING;

export interface Interval<B> {
  /** Undefined where the interval is open. */
  readonly low: Cut | undefined;
  readonly high: Cut | undefined;
  /** Undefined once the interval is deleted; it goes when the index is next sorted. */
  bucket: B | undefined;
}

/** New intervals wait in a list that is searched one by one, until there are this many or an eighth of the rest. */
const TAIL_MIN = 16;

/**
 * Finds the intervals around a value in log n + answers. The intervals are sorted by their lower end; each is the middle
 * of a stretch, and knows the highest upper end of that stretch.
 */
export class IntervalIndex<B> {
  #sorted: readonly Interval<B>[] = [];
  /** `#reach[i]` is the highest end of the stretch whose middle is i; undefined for open. */
  #reach: (Cut | undefined)[] = [];
  #tail: Interval<B>[] = [];
  #deleted = 0;
  /** Whether JavaScript's `<` orders all ends against any value. */
  #plain = true;

  add(interval: Interval<B>): void {
    this.#tail.push(interval);
    if (!isPlainEnd(interval.low) || !isPlainEnd(interval.high)) this.#plain = false;
    if (this.#tail.length > Math.max(TAIL_MIN, this.#sorted.length >> 3)) this.#rebuild();
  }

  delete(interval: Interval<B>): void {
    interval.bucket = undefined;
    this.#deleted++;
    if (this.#deleted > (this.#sorted.length + this.#tail.length) >> 1) this.#rebuild();
  }

  find(value: Cut, found: B[]): void {
    for (const interval of this.#tail)
      if (interval.bucket !== undefined && this.#around(interval, value)) found.push(interval.bucket);
    this.#search(0, this.#sorted.length, value, found);
  }

  #search(from: number, to: number, value: Cut, found: B[]): void {
    if (from >= to) return;
    const middle = (from + to) >> 1;
    const reach = this.#reach[middle];
    if (reach !== undefined && !this.#isBefore(value, reach)) return;
    this.#search(from, middle, value, found);
    const interval = this.#sorted[middle]!;
    if (interval.low !== undefined && this.#isBefore(value, interval.low)) return;
    if (interval.bucket !== undefined && (interval.high === undefined || this.#isBefore(value, interval.high)))
      found.push(interval.bucket);
    this.#search(middle + 1, to, value, found);
  }

  #around({ low, high }: Interval<B>, value: Cut): boolean {
    return (low === undefined || !this.#isBefore(value, low)) && (high === undefined || this.#isBefore(value, high));
  }

  #isBefore(value: Cut, cut: Cut): boolean {
    return this.#plain ? value < cut : compareCuts(value, cut) < 0;
  }

  #rebuild(): void {
    const intervals = [...this.#sorted, ...this.#tail].filter(({ bucket }) => bucket !== undefined);
    this.#sorted = intervals.sort((a, b) => compareLows(a.low, b.low));
    this.#tail = [];
    this.#deleted = 0;
    this.#reach = new Array(intervals.length);
    this.#measure(0, intervals.length);
  }

  /** The highest end between two positions, told apart from "nothing there", which is `NOTHING`. */
  #measure(from: number, to: number): End {
    if (from >= to) return NOTHING;
    const middle = (from + to) >> 1;
    const ends: End[] = [this.#measure(from, middle), this.#sorted[middle]!.high, this.#measure(middle + 1, to)];
    const reach = ends.reduce(further);
    this.#reach[middle] = reach === NOTHING ? undefined : reach;
    return reach;
  }
}

function further(a: End, b: End): End {
  if (a === NOTHING) return b;
  if (b === NOTHING) return a;
  if (a === undefined || b === undefined) return undefined;
  return compareCuts(a, b) >= 0 ? a : b;
}

function compareLows(a: Cut | undefined, b: Cut | undefined): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  return compareCuts(a, b);
}

function isPlainEnd(cut: Cut | undefined): boolean {
  return typeof cut !== 'string' || isPlain(cut);
}
