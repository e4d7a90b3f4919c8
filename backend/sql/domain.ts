/**
 * The ordered values that a variable can take. A cut lies just before a value: `x < cut` or `x >= cut` is all that is
 * ever asked. "After v" is the cut before v's successor, which each domain has: the next whole number, the next double,
 * or the text with a NUL behind it. So equal sets have equal cuts, whatever they were written as.
 */
import { compareText } from './text-order.ts';

export type Cut = number | string;

export interface Domain {
  readonly kind: 'integer' | 'real' | 'text';
  /** The least value; a cut at or below it divides nothing. */
  readonly least: Cut;
  /** The greatest number; a cut above it divides nothing. Texts have none. */
  readonly greatest: number;
}

export const REAL: Domain = { kind: 'real', least: Number.NEGATIVE_INFINITY, greatest: Number.POSITIVE_INFINITY };
export const TEXT: Domain = { kind: 'text', least: '', greatest: Number.POSITIVE_INFINITY };
export const INTEGER = integers(-(2 ** 53), 2 ** 53);
/** What arithmetic on whole numbers yields: whole, but without bounds. */
export const WHOLE = integers(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
export const TRUTH = integers(0, 1);
export const SIGN = integers(-1, 1);

function integers(least: number, greatest: number): Domain {
  return { kind: 'integer', least, greatest };
}

/** The cut below `value`: values less than it lie before. Infinity divides nothing from above. */
export function cutBefore(domain: Domain, value: Cut): Cut {
  if (typeof value === 'string') return value;
  return domain.kind === 'integer' ? plusZero(Math.ceil(value)) : plusZero(value);
}

/** The cut above `value`: values up to and including it lie before. Undefined when nothing lies behind. */
export function cutAfter(domain: Domain, value: Cut): Cut | undefined {
  if (typeof value === 'string') return `${value}\0`;
  if (value === Number.POSITIVE_INFINITY) return undefined;
  if (domain.kind === 'real') return nextDouble(value);
  const whole = Math.floor(value);
  return whole + 1 > whole ? plusZero(whole + 1) : nextDouble(whole);
}

export function compareCuts(a: Cut, b: Cut): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** The least double above a number. */
export function nextDouble(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  double[0] = value;
  bits[0] = bits[0]! + (value > 0 ? 1n : -1n);
  return plusZero(double[0]);
}

/** -0 and 0 are one value, but would be two texts. */
function plusZero(value: number): number {
  return value === 0 ? 0 : value;
}
