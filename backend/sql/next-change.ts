import type { Row } from '../protocol/schema.ts';
import { type Branch, type Diagram, follow } from './diagram.ts';
import { type Cut, compareCuts } from './domain.ts';
import type { Variable } from './variable.ts';

/**
 * A relative variable falls by one a millisecond, so the way through a diagram stays the same until the first of those on
 * it falls below the cut under its value. Nothing that is not on the way can matter before then.
 */
export function nextChange(diagram: Diagram, row: Row, nowMs: number): number | undefined {
  const instants: (number | undefined)[] = [];
  let at = diagram;
  while (at.variable !== undefined) {
    if (at.variable.relative) instants.push(leavesSegment(at, row, nowMs));
    at = follow(at, row, nowMs);
  }
  return earliest(instants);
}

function leavesSegment({ variable, cuts }: Branch, row: Row, nowMs: number): number | undefined {
  return variable.changesAt === undefined ? fallsAt(variable, cuts, row, nowMs) : variable.changesAt(row, nowMs);
}

/** When the variable, which is whole, will first be below the highest cut that it is not below now. */
export function fallsAt(variable: Variable, cuts: readonly Cut[], row: Row, nowMs: number): number | undefined {
  const value = variable.read(row, nowMs);
  if (typeof value !== 'number') return undefined;
  const cut = cuts.findLast(each => compareCuts(each, value) <= 0);
  return typeof cut === 'number' ? nowMs + value - cut + 1 : undefined;
}

export function earliest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter(instant => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
