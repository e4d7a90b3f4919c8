import { Heap } from '../../lib/heap.ts';
import { compareValues } from '../value-order.ts';
import type { MetricGroup } from './metric-group.ts';
import type { MetricOrder } from './metric-spec.ts';

/**
 * The first `limit` groups in the given order, of groups that come sorted by label; the label settles ties. A scan with
 * a heap of `limit` candidates, so that the top 10 of 100 000 cost no sort of them all.
 */
export function topGroups(
  sorted: readonly MetricGroup[],
  orderBy: readonly MetricOrder[],
  limit: number,
): readonly MetricGroup[] {
  if (orderBy.length === 0) return limit < sorted.length ? sorted.slice(0, limit) : sorted;
  const order = (a: MetricGroup, b: MetricGroup) => compareGroups(a, b, orderBy);
  if (limit >= sorted.length) return sorted.toSorted(order);
  if (limit === 0) return [];
  // An earlier index wins a tie, so the candidate to give up is the last in (order, index).
  const candidates = new Heap<number>((a, b) => order(sorted[b]!, sorted[a]!) || b - a);
  for (let i = 0; i < sorted.length; i++) {
    if (candidates.size < limit) candidates.push(i);
    else if (order(sorted[i]!, sorted[candidates.peek()!]!) < 0) candidates.replaceTop(i);
  }
  return candidates
    .items()
    .toSorted((a, b) => order(sorted[a]!, sorted[b]!) || a - b)
    .map(index => sorted[index]!);
}

function compareGroups(a: MetricGroup, b: MetricGroup, orderBy: readonly MetricOrder[]): number {
  for (const { field, desc } of orderBy) {
    const order = compareValues(a.cells[field]!, b.cells[field]!);
    if (order !== 0) return desc ? -order : order;
  }
  return 0;
}
