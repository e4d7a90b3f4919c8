import { type Cut, compareCuts, cutAfter, type Domain } from '../../sql/domain.ts';

/**
 * Where a filter waits under a variable: at NULL, at one value, at the values from `low` up to, not including, `high`, or
 * at the folded texts that contain a literal.
 */
export type Place =
  | { readonly kind: 'null' }
  | { readonly kind: 'point'; readonly low: Cut; readonly high: Cut }
  | { readonly kind: 'range'; readonly low: Cut | undefined; readonly high: Cut | undefined }
  | { readonly kind: 'contains'; readonly literal: string };

export type SegmentPlace = Extract<Place, { kind: 'point' | 'range' }>;

export const AT_NULL: Place = { kind: 'null' };

/** A few whole numbers in a row are found faster one by one than as a range. */
const POINTS_MAX = 4;

export function placesOf(domain: Domain, low: Cut | undefined, high: Cut | undefined): readonly SegmentPlace[] {
  if (low === undefined || high === undefined) return [{ kind: 'range', low, high }];
  const after = cutAfter(domain, low);
  if (after !== undefined && compareCuts(after, high) === 0) return [{ kind: 'point', low, high }];
  const few = domain.kind === 'integer' && Number(high) - Number(low) <= POINTS_MAX;
  if (!few) return [{ kind: 'range', low, high }];
  return Array.from({ length: Number(high) - Number(low) }, (_, i) => {
    const value = Number(low) + i;
    return { kind: 'point', low: value, high: value + 1 };
  });
}
