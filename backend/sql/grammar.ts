/** How tightly each operator binds, as in SQLite, and which words are not names. */
import type { Token } from './tokens.ts';

export const POWER = { or: 1, and: 2, not: 3, equality: 4, order: 5, sum: 6, product: 7 } as const;

export const INFIX_POWER: Readonly<Record<string, number>> = {
  OR: POWER.or,
  AND: POWER.and,
  '=': POWER.equality,
  '==': POWER.equality,
  '<>': POWER.equality,
  '!=': POWER.equality,
  IS: POWER.equality,
  IN: POWER.equality,
  LIKE: POWER.equality,
  GLOB: POWER.equality,
  BETWEEN: POWER.equality,
  ISNULL: POWER.equality,
  NOTNULL: POWER.equality,
  NOT: POWER.equality,
  '<': POWER.order,
  '<=': POWER.order,
  '>': POWER.order,
  '>=': POWER.order,
  '+': POWER.sum,
  '-': POWER.sum,
  '*': POWER.product,
  '/': POWER.product,
  '%': POWER.product,
};

export const KEYWORDS: ReadonlySet<string> = new Set([
  ...Object.keys(INFIX_POWER).filter(key => /^[A-Z]/.test(key)),
  'ESCAPE',
  'NULL',
  'TRUE',
  'FALSE',
]);

/** What the grammar compares: an operator as it is, an ASCII word in capitals, nothing for what is quoted. */
export function symbol(token: Token): string {
  if (token.kind === 'operator') return token.text;
  return token.kind === 'word' && /^[a-z]+$/i.test(token.text) ? token.text.toUpperCase() : '';
}
