import type { Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';

type Gather = (column: readonly Value[], slots: Int32Array, into: unknown[]) => void;

/**
 * A column's values in the order of the slots, as Grafana wants them. Bodies that look the same are not one function on
 * purpose: an engine compiles each for the one kind of array that it meets, which made ten columns three times as fast.
 */
export function gatherOf({ format, type }: Field): Gather {
  if (type === 'text') return gatherTexts;
  if (format === 'boolean') return gatherBooleans;
  return format === 'time-ms' || type === 'real' ? gatherDoubles : gatherIntegers;
}

function gatherTexts(column: readonly Value[], slots: Int32Array, into: unknown[]): void {
  for (let i = 0; i < slots.length; i++) into[i] = column[slots[i]!];
}

function gatherDoubles(column: readonly Value[], slots: Int32Array, into: unknown[]): void {
  for (let i = 0; i < slots.length; i++) into[i] = column[slots[i]!];
}

function gatherIntegers(column: readonly Value[], slots: Int32Array, into: unknown[]): void {
  for (let i = 0; i < slots.length; i++) into[i] = column[slots[i]!];
}

function gatherBooleans(column: readonly Value[], slots: Int32Array, into: unknown[]): void {
  for (let i = 0; i < slots.length; i++) {
    const value = column[slots[i]!];
    into[i] = value === null ? null : value !== 0;
  }
}
