/**
 * Reduced ordered interval decision diagrams: the canonical form of a filter. A node branches on the segment that its
 * variable's value lies in; variables come in the order of their keys on every path, neighbouring segments never lead to
 * the same node, and a node that does not branch does not exist. So equal functions of the variables are equal graphs.
 */

import { compact } from '../lib/compact.ts';
import type { Row } from '../protocol/schema.ts';
import { type Cut, compareCuts } from './domain.ts';
import { isPlain } from './text-order.ts';
import type { Variable } from './variable.ts';

export interface Leaf {
  readonly variable?: undefined;
  readonly value: boolean;
}
export interface Branch {
  readonly variable: Variable;
  /** Where to go for NULL. */
  readonly whenNull: Diagram;
  readonly cuts: readonly Cut[];
  /** `children[i]` is for values from `cuts[i - 1]` up to, not including, `cuts[i]`; one more than cuts. */
  readonly children: readonly Diagram[];
  /** Whether JavaScript's `<` orders the cuts against any value. */
  readonly plain: boolean;
}
export type Diagram = Leaf | Branch;

export const YES: Leaf = { value: true };
export const NO: Leaf = { value: false };

export function isLeaf(diagram: Diagram): diagram is Leaf {
  return diagram.variable === undefined;
}

/** A branch, or its only child if all its segments lead there. Neighbours that are the same object become one. */
export function branch(
  variable: Variable,
  whenNull: Diagram,
  cuts: readonly Cut[],
  children: readonly Diagram[],
): Diagram {
  const isKept = (child: Diagram, i: number): boolean => i === 0 || child !== children[i - 1];
  const kept = compact(children.filter(isKept));
  const keptCuts =
    kept.length === children.length ? cuts : compact(cuts.filter((_, i) => isKept(children[i + 1]!, i + 1)));
  // A variable that cannot be NULL here has no meaning for NULL, so all diagrams must give it the same one.
  const null_ = variable.total ? kept[0]! : whenNull;
  if (kept.length === 1 && null_ === kept[0]) return null_;
  const plain = keptCuts.every(cut => typeof cut === 'number' || isPlain(cut));
  return { variable, whenNull: null_, cuts: keptCuts, children: kept, plain };
}

/** Whether the filter keeps the row. */
export function decide(diagram: Diagram, row: Row, nowMs: number): boolean {
  let at = diagram;
  while (at.variable !== undefined) at = follow(at, row, nowMs);
  return at.value;
}

export function follow(at: Branch, row: Row, nowMs: number): Diagram {
  const { variable } = at;
  const value = variable.index >= 0 ? row[variable.index]! : variable.read(row, nowMs);
  return value === null ? at.whenNull : at.children[segmentOf(at, value)]!;
}

/** How many cuts are at or below the value. */
export function segmentOf({ cuts, plain }: Branch, value: Cut): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const cut = cuts[middle]!;
    if (plain ? value < cut : compareCuts(value, cut) < 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** All branches below and including this one, each once, parents before the children they share. */
export function branchesOf(diagram: Diagram): Branch[] {
  const seen = new Set<Branch>();
  const visit = (at: Diagram): void => {
    if (isLeaf(at) || seen.has(at)) return;
    seen.add(at);
    visit(at.whenNull);
    for (const child of at.children) visit(child);
  };
  visit(diagram);
  return [...seen];
}

/** Writes a diagram so that equal diagrams, and no others, are written equally. */
export function serialise(diagram: Diagram): string {
  if (isLeaf(diagram)) return diagram.value ? 'T' : 'F';
  const numbers = new Map<Diagram, string>([
    [YES, 'T'],
    [NO, 'F'],
  ]);
  const written: string[] = [];
  const visit = (at: Diagram): string => {
    const known = numbers.get(at);
    if (known !== undefined || isLeaf(at)) return known!;
    const whenNull = visit(at.whenNull);
    const children = at.children.map(visit);
    const number = String(numbers.size - 2);
    numbers.set(at, number);
    written.push(`${at.variable.key}|${whenNull}|${JSON.stringify(at.cuts)}|${children}`);
    return number;
  };
  visit(diagram);
  return written.join('\n');
}
