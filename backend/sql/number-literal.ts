import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Literal } from './expression.ts';
import type { Token } from './tokens.ts';

/** Numbers that a double cannot tell from their neighbours are refused rather than rounded. */
export function numberLiteral(token: Token): Literal {
  const { text, start, end } = token;
  const value = Number(text);
  const real = /[.eE]/.test(text);
  if (!Number.isFinite(value))
    throw new PanelcastError('bad-filter', `${text} at ${start} is more than a real number can hold`, {
      position: start,
    });
  if (!real && !Number.isSafeInteger(value))
    throw new PanelcastError(
      'bad-filter',
      `${text} at ${start} is beyond 2^53; whole numbers must be within ±${Number.MAX_SAFE_INTEGER}`,
      {
        position: start,
      },
    );
  return { kind: 'literal', value, form: real ? 'real' : 'integer', start, end };
}
