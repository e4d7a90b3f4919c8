/** `left operator right` as a test of one variable. */
import { PanelcastError } from '../lib/panelcast-error.ts';
import { type Condition, FALSE, fixed, junction, not, type Test, UNKNOWN } from './condition.ts';
import { constantFor } from './constants.ts';
import { type Cut, compareCuts } from './domain.ts';
import type { ComparisonOperator } from './expression.ts';
import { asSum, type Constant, mentionsNow, number, type Part, sum, type Term, termText } from './term.ts';
import { comparedWith, NO_VALUE, type Ordering } from './value-set.ts';
import { orderVariable, relativeVariable, termVariable, type Variable } from './variable.ts';

/** Offsets of the two sides, for messages. */
export interface Positions {
  readonly left: number;
  readonly right: number;
}

/** A number on its own as a condition: TRUE unless 0. */
export function truthy(term: Term, position: number): Condition {
  if (term.type === 'text') throw wrong(`the text at ${position} is no condition; compare it with something`, position);
  return compare(term, '<>', number(0, 'integer'), { left: position, right: position });
}

export function compare(left: Term, operator: ComparisonOperator, right: Term, at: Positions): Condition {
  if (operator === 'IS') return identical(left, right, at);
  if (operator === 'IS NOT') return not(identical(left, right, at));
  if (left.type === 'null' || right.type === 'null') return UNKNOWN;
  if (left.kind === 'constant')
    return right.kind === 'constant'
      ? compareConstants(left, operator, right, at)
      : compareConstant(right, MIRROR[operator], left, at.left);
  return right.kind === 'constant'
    ? compareConstant(left, operator, right, at.right)
    : compareTerms(left, operator, right, at.right);
}

const MIRROR = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** IS: equal, or both NULL. */
function identical(left: Term, right: Term, at: Positions): Condition {
  if (left.type === 'null') return isNull(right);
  if (right.type === 'null') return isNull(left);
  const equal: Condition = { kind: 'is', part: compare(left, '=', right, at), value: true };
  if (left.kind === 'constant' || right.kind === 'constant') return equal;
  return junction('or', [equal, junction('and', [isNull(left), isNull(right)])]);
}

/** now() is never NULL, so it adds nothing. */
function isNull(term: Term): Condition {
  if (term.kind === 'constant') return fixed(term.type === 'null');
  if (term.kind === 'sum' && term.parts.length === 0) return FALSE;
  const variable = termVariable(term.kind === 'sum' ? { ...term, now: 0 } : term);
  return { kind: 'test', variable, values: NO_VALUE, whenNull: true };
}

function compareConstants(left: Constant, operator: Ordering, right: Constant, at: Positions): Condition {
  if ((left.type === 'text') !== (right.type === 'text')) throw mixed(at.right);
  return fixed(holds(compareCuts(left.value!, right.value!), operator));
}

function compareConstant(term: Term, operator: Ordering, constant: Constant, position: number): Condition {
  if (term.kind === 'column') return test(termVariable(term), operator, constantFor(term.column, constant, position));
  if (constant.type === 'text') throw mixed(position);
  const value = Number(constant.value);
  if (term.type === 'integer' && Number.isSafeInteger(value))
    return compareSums(term, operator, number(value, 'integer'), position);
  if (mentionsNow(term)) throw nowAdvice(position);
  return test(termVariable(term), operator, value);
}

function compareTerms(left: Term, operator: Ordering, right: Term, position: number): Condition {
  if ((left.type === 'text') !== (right.type === 'text')) throw mixed(position);
  if (left.type === 'integer' && right.type === 'integer') return compareSums(left, operator, right, position);
  if (mentionsNow(left) || mentionsNow(right)) throw nowAdvice(position);
  const sides = [termText(left), termText(right)] as const;
  if (sides[0] === sides[1]) return unknownWhereNull(fixed(holds(0, operator)), left);
  return sides[0] < sides[1]
    ? test(orderVariable(left, right), operator, 0)
    : test(orderVariable(right, left), MIRROR[operator], 0);
}

/** Both sides whole: their difference against 0, divided by what its coefficients share. */
function compareSums(left: Term, operator: Ordering, right: Term, position: number): Condition {
  const difference = sum(left, right, -1);
  if (difference === undefined) throw wrong(`a number goes beyond 2^53 at ${position}`, position);
  const { parts, constant, now } = asSum(difference);
  const live = parts.filter(part => part.coefficient !== 0);
  const dead = parts.filter(part => part.coefficient === 0);
  if (live.length === 0 && now !== 0) throw nowAdvice(position);
  const answer = live.length === 0 ? fixed(holds(constant, operator)) : compareLive(live, now, constant, operator);
  if (answer === undefined) throw nowAdvice(position);
  return dead.reduce((sofar: Condition, { base }) => unknownWhereNull(sofar, base), answer);
}

function nowAdvice(position: number): PanelcastError {
  const rule = 'now() can be compared with whole columns only';
  return wrong(`${rule}, which it is not at ${position}; write it as in last_occurrence > now() - 5m`, position);
}

function mixed(position: number): PanelcastError {
  return wrong(`a text and a number cannot be compared at ${position}`, position);
}

function holds(order: number, operator: Ordering): boolean {
  const answers = {
    '=': order === 0,
    '<>': order !== 0,
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
  };
  return answers[operator];
}

/** Undefined if now() is multiplied by more than the columns are. */
function compareLive(parts: readonly Part[], now: number, constant: number, operator: Ordering): Test | undefined {
  const divisor = [...parts.map(part => part.coefficient), now].reduce(greatestCommonDivisor, 0);
  if (now !== 0 && Math.abs(now) !== divisor) return undefined;
  const factor = now === 0 ? Math.sign(parts[0]!.coefficient) * divisor : -now;
  const smaller = parts.map(part => ({ ...part, coefficient: part.coefficient / factor }));
  const plain = smaller.length === 1 && smaller[0]!.coefficient === 1;
  const term: Term = plain ? smaller[0]!.base : { kind: 'sum', parts: smaller, constant: 0, now: 0, type: 'integer' };
  const variable = now === 0 ? termVariable(term) : relativeVariable(term);
  return test(variable, factor < 0 ? MIRROR[operator] : operator, -constant / factor);
}

/** What cancels out of the numbers, as in `tally = tally`, still makes the answer NULL where it is NULL. */
function unknownWhereNull(answer: Condition, term: Term): Condition {
  const missing = isNull(term);
  return junction('or', [junction('and', [answer, not(missing)]), junction('and', [UNKNOWN, missing])]);
}

function test(variable: Variable, operator: Ordering, constant: Cut): Test {
  return { kind: 'test', variable, values: comparedWith(variable.domain, operator, constant), whenNull: null };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);
}

function wrong(message: string, position: number): PanelcastError {
  return new PanelcastError('bad-filter', message, { position });
}
