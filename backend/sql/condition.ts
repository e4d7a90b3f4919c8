/** A checked filter: conditions over variables, in SQL's three-valued logic (TRUE, FALSE, NULL as true, false, null). */
import type { Row } from '../protocol/schema.ts';
import { type Cut, compareCuts } from './domain.ts';
import type { Pattern } from './pattern.ts';
import type { ValueSet } from './value-set.ts';
import type { Variable } from './variable.ts';

export type Truth = boolean | null;

export interface Fixed {
  readonly kind: 'fixed';
  readonly value: Truth;
}
/** Whether a variable's value is in a set; `whenNull` is the answer for NULL. */
export interface Test {
  readonly kind: 'test';
  readonly variable: Variable;
  readonly values: ValueSet;
  readonly whenNull: null | true;
  /** The pattern that the values were made from; SQL is written with it. */
  readonly pattern?: Pattern;
}
export interface Negation {
  readonly kind: 'not';
  readonly part: Condition;
}
export interface Junction {
  readonly kind: 'and' | 'or';
  readonly parts: readonly Condition[];
}
/** `part IS value`: never NULL. */
export interface TruthTest {
  readonly kind: 'is';
  readonly part: Condition;
  readonly value: Truth;
}
export type Condition = Fixed | Test | Negation | Junction | TruthTest;

export const TRUE: Fixed = { kind: 'fixed', value: true };
export const FALSE: Fixed = { kind: 'fixed', value: false };
export const UNKNOWN: Fixed = { kind: 'fixed', value: null };

export function fixed(value: Truth): Fixed {
  return value === null ? UNKNOWN : value ? TRUE : FALSE;
}

export function not(part: Condition): Condition {
  return { kind: 'not', part };
}

export function junction(kind: 'and' | 'or', parts: readonly Condition[]): Condition {
  return parts.length === 1 ? parts[0]! : { kind, parts };
}

/** The answer for one row, straight from the definition: what diagrams must agree with. */
export function truthOf(condition: Condition, row: Row, nowMs: number): Truth {
  switch (condition.kind) {
    case 'fixed':
      return condition.value;
    case 'test': {
      const value = condition.variable.read(row, nowMs);
      return value === null ? condition.whenNull : contains(condition.values, value);
    }
    case 'not': {
      const part = truthOf(condition.part, row, nowMs);
      return part === null ? null : !part;
    }
    case 'is':
      return truthOf(condition.part, row, nowMs) === condition.value;
    default:
      return junctionTruth(condition, row, nowMs);
  }
}

function junctionTruth({ kind, parts }: Junction, row: Row, nowMs: number): Truth {
  const decisive = kind === 'or';
  let answer: Truth = !decisive;
  for (const part of parts) {
    const truth = truthOf(part, row, nowMs);
    if (truth === decisive) return decisive;
    if (truth === null) answer = null;
  }
  return answer;
}

function contains({ first, cuts }: ValueSet, value: Cut): boolean {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareCuts(cuts[middle]!, value) <= 0) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 0 ? first : !first;
}

export function testsOf(condition: Condition): Test[] {
  switch (condition.kind) {
    case 'fixed':
      return [];
    case 'test':
      return [condition];
    case 'not':
    case 'is':
      return testsOf(condition.part);
    default:
      return condition.parts.flatMap(testsOf);
  }
}
