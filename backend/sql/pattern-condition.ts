/** LIKE and GLOB as tests: a literal begin is a range of the column, anything else a question of its own. */
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Test } from './condition.ts';
import { TEXT, TRUTH } from './domain.ts';
import { globPattern, likePattern, literalPrefix, type Pattern, prefixBounds } from './pattern.ts';
import type { ColumnTerm } from './term.ts';
import { between, comparedWith, type ValueSet } from './value-set.ts';
import { columnVariable, foldedVariable, patternVariable, type Variable } from './variable.ts';

export interface PatternDetails {
  readonly escapedBy: string | undefined;
  readonly position: number;
}

export function matches(column: ColumnTerm, operator: 'LIKE' | 'GLOB', written: string, details: PatternDetails): Test {
  return patternTest(column, readPattern(operator, written, details));
}

function readPattern(operator: 'LIKE' | 'GLOB', written: string, { escapedBy, position }: PatternDetails): Pattern {
  if (operator === 'GLOB') {
    const pattern = globPattern(written);
    if (pattern === undefined) throw wrong(`the pattern at ${position} has a [ without a ]`, position);
    return pattern;
  }
  if (escapedBy !== undefined && (Array.from(escapedBy).length !== 1 || escapedBy === '%' || escapedBy === '_'))
    throw wrong(`ESCAPE takes one character that is neither % nor _, not what stands at ${position}`, position);
  const pattern = likePattern(written, escapedBy);
  if (pattern === undefined)
    throw wrong(`the pattern ends with its escape character at ${position}; something must follow it`, position);
  return pattern;
}

/** GLOB distinguishes capitals, so its ranges are of the column itself; and it stops at a NUL, so its points are not. */
function patternTest(column: ColumnTerm, pattern: Pattern): Test {
  const prefix = literalPrefix(pattern);
  const like = pattern.operator === 'LIKE';
  const test = (variable: Variable, values: ValueSet): Test => ({
    kind: 'test',
    variable,
    values,
    whenNull: null,
    pattern,
  });
  if (prefix?.open)
    return test(like ? foldedVariable(column) : columnVariable(column), between(TEXT, ...prefixBounds(prefix.text)));
  if (prefix !== undefined && like) return test(foldedVariable(column), comparedWith(TEXT, '=', prefix.text));
  return test(patternVariable(column, pattern), comparedWith(TRUTH, '=', 1));
}

function wrong(message: string, position: number): PanelcastError {
  return new PanelcastError('bad-filter', message, { position });
}
