import { PanelcastError } from '../lib/panelcast-error.ts';
import { type Expression, partsOf } from './expression.ts';
import { NESTING_MAX } from './limits.ts';

/** `a + b + c` is no deeper for the parser, but each sum holds the one before: whoever walks the tree must be safe too. */
export function boundHeight(expression: Expression): void {
  let level: readonly Expression[] = [expression];
  for (let height = 0; level.length > 0; height++) {
    if (height > NESTING_MAX) throw tooDeep(level[0]!.start);
    level = level.flatMap(partsOf);
  }
}

export function tooDeep(position: number): PanelcastError {
  return new PanelcastError('bad-filter', `nested deeper than ${NESTING_MAX} at ${position}`, { position });
}
