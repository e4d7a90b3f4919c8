/**
 * Sets of columns as the bits of one number: what a diagram reads against what a change touched. Columns from the 30th
 * on share a bit, which can only make a diagram be asked once more than needed.
 */
import type { Row } from '../../protocol/schema.ts';
import { branchesOf, type Diagram } from '../../sql/diagram.ts';

const SHARED_BIT = 30;
const TIME_BIT = 31;

export const EVERYTHING = -1;

export function columnsRead(diagram: Diagram): number {
  let bits = 0;
  for (const { variable } of branchesOf(diagram)) {
    for (const { index } of variable.columns) bits |= bitOf(index);
    if (variable.relative) bits |= 1 << TIME_BIT;
  }
  return bits;
}

export function columnsChanged(before: Row, after: Row, timePassed: boolean): number {
  let bits = timePassed ? 1 << TIME_BIT : 0;
  for (let i = 0; i < after.length; i++) if (before[i] !== after[i]) bits |= bitOf(i);
  return bits;
}

function bitOf(column: number): number {
  return 1 << Math.min(column, SHARED_BIT);
}
