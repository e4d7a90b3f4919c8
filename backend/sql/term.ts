/**
 * Values in a filter, once checked. Whole-number arithmetic is kept as a sum of products with whole coefficients, so
 * that `2 * a - b > 4 + a` and `a > b + 4` are one term; arithmetic on reals is kept as written, because rounding makes
 * every order of it another number. All of it is computed in doubles, here and in the SQL that is made from it.
 */
import type { ColumnSchema, Row, Value } from '../protocol/schema.ts';
import type { ArithmeticOperator } from './expression.ts';

export interface Constant {
  readonly kind: 'constant';
  readonly value: Value;
  readonly type: 'integer' | 'real' | 'text' | 'null';
}
export interface ColumnTerm {
  readonly kind: 'column';
  readonly index: number;
  readonly column: ColumnSchema;
  readonly type: 'integer' | 'real' | 'text';
}
export interface Operation {
  readonly kind: 'operation';
  readonly operator: ArithmeticOperator;
  readonly left: Term;
  readonly right: Term;
  readonly type: 'integer' | 'real';
}
export interface Part {
  readonly base: ColumnTerm | Operation;
  readonly text: string;
  readonly coefficient: number;
}
/** Parts in the order of their text. One with coefficient 0 has cancelled, but where it is NULL the sum still is. */
export interface Sum {
  readonly kind: 'sum';
  readonly parts: readonly Part[];
  readonly constant: number;
  /** How many times now() is added. */
  readonly now: number;
  readonly type: 'integer';
}
export type Term = Constant | ColumnTerm | Operation | Sum;

export const NULL_TERM: Constant = { kind: 'constant', value: null, type: 'null' };
export const NOW_TERM: Sum = { kind: 'sum', parts: [], constant: 0, now: 1, type: 'integer' };

const columnTerms = new WeakMap<ColumnSchema, ColumnTerm>();

/** Of one column there is one term: tens of thousands of filters hold it. */
export function columnTerm(index: number, column: ColumnSchema): ColumnTerm {
  const known = columnTerms.get(column);
  if (known?.index === index) return known;
  const made: ColumnTerm = { kind: 'column', index, column, type: column.type };
  columnTerms.set(column, made);
  return made;
}

export function number(value: number, type: 'integer' | 'real'): Constant {
  return { kind: 'constant', value, type };
}

/** Undefined when a coefficient leaves the whole numbers that a double can hold. */
export function arithmetic(operator: ArithmeticOperator, left: Term, right: Term): Term | undefined {
  if (left.type === 'null' || right.type === 'null') return NULL_TERM;
  if (left.kind === 'constant' && right.kind === 'constant') return folded(operator, left, right);
  if (left.type === 'integer' && right.type === 'integer') return wholeArithmetic(operator, left, right);
  return operation(operator, left, right, 'real');
}

function wholeArithmetic(operator: ArithmeticOperator, left: Term, right: Term): Term | undefined {
  if (operator === '+') return sum(left, right, 1);
  if (operator === '-') return sum(left, right, -1);
  if (operator === '*' && right.kind === 'constant') return sum(number(0, 'integer'), left, Number(right.value));
  if (operator === '*' && left.kind === 'constant') return sum(number(0, 'integer'), right, Number(left.value));
  return operation(operator, left, right, 'integer');
}

function operation(operator: ArithmeticOperator, left: Term, right: Term, type: 'integer' | 'real'): Operation {
  const swap = (operator === '+' || operator === '*') && termText(right) < termText(left);
  return { kind: 'operation', operator, left: swap ? right : left, right: swap ? left : right, type };
}

function folded(operator: ArithmeticOperator, left: Constant, right: Constant): Constant | undefined {
  const type = left.type === 'integer' && right.type === 'integer' ? 'integer' : 'real';
  const value = compute(operator, Number(left.value), Number(right.value), type);
  if (value === null) return NULL_TERM;
  if (type === 'integer' && !Number.isSafeInteger(value)) return undefined;
  return number(value, type);
}

/** `left + factor * right` */
export function sum(left: Term, right: Term, factor: number): Term | undefined {
  const a = asSum(left);
  const b = asSum(right);
  const parts = new Map(a.parts.map(part => [part.text, part]));
  for (const part of b.parts) {
    const coefficient = (parts.get(part.text)?.coefficient ?? 0) + factor * part.coefficient;
    parts.set(part.text, { ...part, coefficient });
  }
  const sorted = [...parts.values()].sort((x, y) => (x.text < y.text ? -1 : 1));
  const constant = a.constant + factor * b.constant;
  const now = a.now + factor * b.now;
  if (![constant, now, ...sorted.map(part => part.coefficient)].every(Number.isSafeInteger)) return undefined;
  return simplest({ kind: 'sum', parts: sorted, constant, now, type: 'integer' });
}

export function asSum(term: Term): Sum {
  switch (term.kind) {
    case 'sum':
      return term;
    case 'constant':
      return { kind: 'sum', parts: [], constant: Number(term.value), now: 0, type: 'integer' };
    default:
      return { kind: 'sum', parts: [part(term)], constant: 0, now: 0, type: 'integer' };
  }
}

function part(base: ColumnTerm | Operation): Part {
  return { base, text: termText(base), coefficient: 1 };
}

function simplest(term: Sum): Term {
  if (term.now !== 0) return term;
  if (term.parts.length === 0) return number(term.constant, 'integer');
  const only = term.parts.length === 1 ? term.parts[0]! : undefined;
  return only?.coefficient === 1 && term.constant === 0 ? only.base : term;
}

/** Names every term; equal texts are equal terms. */
export function termText(term: Term): string {
  switch (term.kind) {
    case 'constant':
      return JSON.stringify(term.value) + (term.type === 'real' ? 'r' : '');
    case 'column':
      return `[${JSON.stringify(term.column.name)}]`;
    case 'operation':
      return `(${termText(term.left)}${term.operator}${termText(term.right)})`;
    case 'sum': {
      const parts = term.parts.map(({ text, coefficient }) => `${coefficient}*${text}`);
      return `(${parts.join('+')}+${term.constant}+${term.now}now)`;
    }
  }
}

/** Every column that a term reads, without repeats. */
export function termColumns(term: Term): ColumnTerm[] {
  const found = new Map<number, ColumnTerm>();
  const visit = (each: Term): void => {
    if (each.kind === 'column') found.set(each.index, each);
    if (each.kind === 'operation') for (const side of [each.left, each.right]) visit(side);
    if (each.kind === 'sum') for (const { base } of each.parts) visit(base);
  };
  visit(term);
  return [...found.values()];
}

export function mentionsNow(term: Term): boolean {
  if (term.kind === 'operation') return mentionsNow(term.left) || mentionsNow(term.right);
  return term.kind === 'sum' && (term.now !== 0 || term.parts.some(({ base }) => mentionsNow(base)));
}

/** Whether the term can be NULL although none of its columns is: division by zero, or infinities that cancel. */
export function canVanish(term: Term): boolean {
  if (term.kind === 'operation') return true;
  return term.kind === 'sum' && term.parts.some(({ base }) => canVanish(base));
}

export type Read = (row: Row, nowMs: number) => Value;

/** A term without now(), as a function of the row. */
export function reader(term: Term): Read {
  switch (term.kind) {
    case 'constant':
      return () => term.value;
    case 'column': {
      const { index } = term;
      return row => row[index]!;
    }
    case 'operation':
      return operationReader(term);
    case 'sum':
      return sumReader(term);
  }
}

function operationReader({ operator, left, right, type }: Operation): Read {
  const readLeft = reader(left);
  const readRight = reader(right);
  return (row, nowMs) => {
    const a = readLeft(row, nowMs);
    const b = readRight(row, nowMs);
    return a === null || b === null ? null : compute(operator, Number(a), Number(b), type);
  };
}

function sumReader({ parts, constant }: Sum): Read {
  const reads = parts.map(({ base }) => reader(base));
  return (row, nowMs) => {
    let total = 0;
    for (let i = 0; i < reads.length; i++) {
      const value = reads[i]!(row, nowMs);
      if (value === null) return null;
      total += Number(value) * parts[i]!.coefficient;
    }
    return orNull(total + constant);
  };
}

function compute(operator: ArithmeticOperator, a: number, b: number, type: 'integer' | 'real'): number | null {
  switch (operator) {
    case '+':
      return orNull(a + b);
    case '-':
      return orNull(a - b);
    case '*':
      return orNull(a * b);
    case '/':
      return b === 0 ? null : orNull(type === 'integer' ? Math.trunc(a / b) : a / b);
    case '%':
      return orNull(a % b);
  }
}

/** SQLite has no NaN: it stores NULL. */
function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
