import { compact } from '../lib/compact.ts';
import { type Cut, compareCuts, cutAfter, cutBefore, type Domain } from './domain.ts';
import type { ComparisonOperator } from './expression.ts';

export type Ordering = Exclude<ComparisonOperator, 'IS' | 'IS NOT'>;

/**
 * A set of non-null values: the segment before the first cut belongs to it or not (`first`), and membership changes at
 * every cut. Two equal sets over one domain are written equally.
 */
export interface ValueSet {
  readonly first: boolean;
  /** Ascending. */
  readonly cuts: readonly Cut[];
}

export const NO_VALUE: ValueSet = { first: false, cuts: [] };
export const ANY_VALUE: ValueSet = { first: true, cuts: [] };

/** The values that stand to `constant` as the operator says. */
export function comparedWith(domain: Domain, operator: Ordering, constant: Cut): ValueSet {
  const less = below(domain, cutBefore(domain, constant));
  const lessOrEqual = below(domain, cutAfter(domain, constant));
  switch (operator) {
    case '<':
      return less;
    case '<=':
      return lessOrEqual;
    case '>':
      return complement(lessOrEqual);
    case '>=':
      return complement(less);
    case '=':
      return intersection(lessOrEqual, complement(less));
    case '<>':
      return union(less, complement(lessOrEqual));
  }
}

/** The values from `low` up to but without `high`; undefined for no bound. */
export function between(domain: Domain, low: Cut | undefined, high: Cut | undefined): ValueSet {
  const from = low === undefined ? ANY_VALUE : complement(below(domain, low));
  return intersection(from, below(domain, high));
}

function below(domain: Domain, cut: Cut | undefined): ValueSet {
  if (cut === undefined || (typeof cut === 'number' && cut > domain.greatest)) return ANY_VALUE;
  return cut <= domain.least ? NO_VALUE : { first: true, cuts: [cut] };
}

export function complement(set: ValueSet): ValueSet {
  return { first: !set.first, cuts: set.cuts };
}

export function intersection(a: ValueSet, b: ValueSet): ValueSet {
  return combine(a, b, (x, y) => x && y);
}

export function union(a: ValueSet, b: ValueSet): ValueSet {
  return combine(a, b, (x, y) => x || y);
}

/** Halving keeps a long list at n log n. */
export function unionOf(sets: readonly ValueSet[]): ValueSet {
  if (sets.length <= 1) return sets[0] ?? NO_VALUE;
  const middle = sets.length >> 1;
  return union(unionOf(sets.slice(0, middle)), unionOf(sets.slice(middle)));
}

function combine(a: ValueSet, b: ValueSet, decide: (x: boolean, y: boolean) => boolean): ValueSet {
  const cuts: Cut[] = [];
  const first = decide(a.first, b.first);
  let inA = a.first;
  let inB = b.first;
  let inside = first;
  let i = 0;
  let j = 0;
  while (i < a.cuts.length || j < b.cuts.length) {
    const order = i === a.cuts.length ? 1 : j === b.cuts.length ? -1 : compareCuts(a.cuts[i]!, b.cuts[j]!);
    const cut = order <= 0 ? a.cuts[i]! : b.cuts[j]!;
    if (order <= 0) {
      inA = !inA;
      i++;
    }
    if (order >= 0) {
      inB = !inB;
      j++;
    }
    const next = decide(inA, inB);
    if (next !== inside) cuts.push(cut);
    inside = next;
  }
  return { first, cuts: compact(cuts) };
}

/** A stretch of values from `low` up to, not including, `high`; undefined where it is open. */
export interface Segment {
  readonly low: Cut | undefined;
  readonly high: Cut | undefined;
}

export function segments({ first, cuts }: ValueSet): Segment[] {
  const found: Segment[] = [];
  for (let i = first ? 0 : 1; i <= cuts.length; i += 2) found.push({ low: cuts[i - 1], high: cuts[i] });
  return found;
}
