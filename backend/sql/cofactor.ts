import { type Branch, branch, type Diagram, isLeaf, NO, segmentOf } from './diagram.ts';
import { DiagramSpace } from './diagram-space.ts';
import { type Cut, compareCuts } from './domain.ts';
import type { Variable } from './variable.ts';

/** What is left of a diagram once a variable is known: one rest for NULL and one for each segment of its values. */
export interface Cofactors {
  readonly variable: Variable;
  readonly whenNull: Diagram;
  readonly cuts: readonly Cut[];
  readonly children: readonly Diagram[];
}

/**
 * The diagram as if `variable` were asked first, though the rests may be equal. Undefined when that takes more segments
 * than `segmentsMax`, since each of them is another walk through the diagram.
 */
export function cofactors(
  diagram: Diagram,
  branches: readonly Branch[],
  variable: Variable,
  segmentsMax: number,
): Cofactors | undefined {
  if (!isLeaf(diagram) && diagram.variable.key === variable.key) return diagram;
  const all = branches.filter(each => each.variable.key === variable.key).flatMap(({ cuts }) => cuts);
  const cuts = all.sort(compareCuts).filter((cut, i) => i === 0 || compareCuts(cut, all[i - 1]!) !== 0);
  if (cuts.length > segmentsMax) return undefined;
  const space = new DiagramSpace(Number.POSITIVE_INFINITY);
  const below = space.replace(diagram, variable, at => at.children[0]!);
  const children = cuts.map(cut => space.replace(diagram, variable, at => at.children[segmentOf(at, cut)]!));
  const whenNull = variable.total ? below : space.replace(diagram, variable, at => at.whenNull);
  return { variable, whenNull, cuts, children: [below, ...children] };
}

/** The part of a diagram that goes through one rest of its first variable, with that rest replaced. */
export function through(top: Branch, rest: Diagram, replacement: Diagram): Diagram {
  const only = (child: Diagram): Diagram => (child === rest ? replacement : NO);
  return branch(top.variable, only(top.whenNull), top.cuts, top.children.map(only));
}
