import type { Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';

/** A column's values in the order of the slots, as Grafana wants them. */
export function gather({ format }: Field, column: readonly Value[], slots: Int32Array, into: unknown[]): void {
  if (format === 'boolean') gatherBooleans(column, slots, into);
  else for (let i = 0; i < slots.length; i++) into[i] = column[slots[i]!];
}

/** Of 0 and 1, which is what nearly all are: looking up is faster than an unforeseeable branch. */
const TRUTHS = [false, true];

function gatherBooleans(column: readonly Value[], slots: Int32Array, into: unknown[]): void {
  for (let i = 0; i < slots.length; i++) {
    const value = column[slots[i]!]!;
    into[i] = value === null ? null : (TRUTHS[value as number] ?? true);
  }
}
