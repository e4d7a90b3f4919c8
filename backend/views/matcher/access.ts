/** Chooses under which values a filter waits. */
import { cofactors, through } from '../../sql/cofactor.ts';
import { type Branch, branchesOf, type Diagram, isLeaf, NO } from '../../sql/diagram.ts';
import { containedLiteral } from '../../sql/pattern.ts';
import { foldedVariable, type Variable } from '../../sql/variable.ts';
import { LITERAL_MIN } from './contains-index.ts';
import { AT_NULL, type Place, placesOf } from './place.ts';
import type { Sample } from './sample.ts';

/** One place, and what remains to be asked of a row that comes by it. */
export interface Placement {
  /** Names the index that the place belongs to. */
  readonly index: string;
  /** What that index reads. */
  readonly variable: Variable;
  readonly place: Place;
  readonly rest: Diagram;
}

/** Above this share of all changes, waiting under a value costs more than being asked at once. */
const FREQUENCY_MAX = 0.25;
/** A place costs memory and, for a range, a lookup; a filter of more values than this is asked at once. */
const PLACES_MAX = 512;
/** Pieces of a filter of ORs; each is a place of its own, so beyond this asking is cheaper. */
const DISJUNCTS_MAX = 32;
/** Of these the rarest is taken; each is tried by a walk through the diagram for every segment of it. */
const VARIABLES_MAX = 12;
/** Branches gone through to try one variable, so that no filter, however odd, takes more than some milliseconds. */
const STEPS_MAX = 4_096;
/** A diagram of more is no panel's; it is asked as it is. */
const BRANCHES_MAX = 256;
/** What each further place adds, so that of two equally rare variables the simpler is taken. */
const PLACE_COST = 0.0005;

interface Access {
  readonly placements: readonly Placement[];
  readonly cost: number;
}

/** Undefined if every place for the diagram would be met too often, or there would be too many. */
export function placementsOf(diagram: Diagram, sample: Sample): readonly Placement[] | undefined {
  const placements = split(diagram, sample, DISJUNCTS_MAX);
  return placements !== undefined && placements.length <= PLACES_MAX ? placements : undefined;
}

/** `pieces` bounds into how many it may still be cut. */
function split(diagram: Diagram, sample: Sample, pieces: number): readonly Placement[] | undefined {
  if (isLeaf(diagram)) return undefined;
  const single = cheapest(diagram, sample);
  if (single !== undefined && single.cost <= FREQUENCY_MAX) return single.placements;
  const rests = new Set([diagram.whenNull, ...diagram.children]);
  rests.delete(NO);
  if (rests.size > pieces) return undefined;
  const all: Placement[] = [];
  for (const rest of rests) {
    const part = rests.size === 1 ? undefined : through(diagram, rest, rest);
    const access = part === undefined || isLeaf(part) ? undefined : cheapest(part, sample);
    const rare = access !== undefined && access.cost <= FREQUENCY_MAX;
    const placements = rare ? access.placements : splitRest(diagram, rest, sample, Math.floor(pieces / rests.size));
    if (placements === undefined) return undefined;
    all.push(...placements);
  }
  return all;
}

/** The rows that go through one rest, by what that asks: the first variable says too little. */
function splitRest(top: Branch, rest: Diagram, sample: Sample, pieces: number): readonly Placement[] | undefined {
  return split(rest, sample, pieces - 1)?.map(placement => ({
    ...placement,
    rest: through(top, rest, placement.rest),
  }));
}

function cheapest(diagram: Branch, sample: Sample): Access | undefined {
  const branches = branchesOf(diagram);
  if (branches.length > BRANCHES_MAX) return undefined;
  const variables = new Map(branches.map(({ variable }) => [variable.key, variable]));
  let best: Access | undefined;
  for (const variable of [...variables.values()].slice(0, VARIABLES_MAX)) {
    const access = accessBy(diagram, branches, variable, sample);
    if (access !== undefined && (best === undefined || access.cost < best.cost)) best = access;
  }
  return best;
}

function accessBy(
  diagram: Branch,
  branches: readonly Branch[],
  variable: Variable,
  sample: Sample,
): Access | undefined {
  const { kind } = variable.origin;
  if (kind === 'pattern') return accessByLiteral(diagram, branches, variable, sample);
  if (kind !== 'column' && kind !== 'folded') return undefined;
  const raised = cofactors(diagram, branches, variable, STEPS_MAX / branches.length);
  if (raised === undefined) return undefined;
  const placements: Placement[] = [];
  const put = (place: Place, rest: Diagram): void => {
    placements.push({ index: variable.key, variable, place, rest });
  };
  if (raised.whenNull !== NO && !variable.total) put(AT_NULL, raised.whenNull);
  for (const [low, high, rest] of stretches(raised.cuts, raised.children)) {
    if (rest === NO) continue;
    if (placements.length > PLACES_MAX) return undefined;
    for (const place of placesOf(variable.domain, low, high)) put(place, rest);
  }
  return priced(placements, variable, sample);
}

/** Neighbouring segments with the same rest are one. */
function* stretches<C>(
  cuts: readonly C[],
  children: readonly Diagram[],
): Generator<[C | undefined, C | undefined, Diagram]> {
  let from = 0;
  for (let i = 1; i <= children.length; i++) {
    if (i < children.length && children[i] === children[from]) continue;
    yield [cuts[from - 1], cuts[i - 1], children[from]!];
    from = i;
  }
}

/** A text that contains the literal fits the pattern, so the pattern need not be asked again. */
function accessByLiteral(
  diagram: Branch,
  branches: readonly Branch[],
  variable: Variable,
  sample: Sample,
): Access | undefined {
  const { origin } = variable;
  const literal = origin.kind === 'pattern' ? containedLiteral(origin.pattern) : undefined;
  if (origin.kind !== 'pattern' || literal === undefined || literal.length < LITERAL_MIN) return undefined;
  const raised = cofactors(diagram, branches, variable, 1);
  if (raised === undefined || raised.children[0] !== NO) return undefined;
  const folded = foldedVariable(origin.column);
  const place: Place = { kind: 'contains', literal };
  const placement = { index: `contains ${folded.key}`, variable: folded, place, rest: raised.children[1]! };
  return priced([placement], variable, sample);
}

function priced(placements: readonly Placement[], variable: Variable, sample: Sample): Access {
  const places = placements.map(({ place }) => place);
  return { placements, cost: sample.frequency(variable, places) + PLACE_COST * places.length };
}
