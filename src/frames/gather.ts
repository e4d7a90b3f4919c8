import type { Field } from '../../backend/protocol/messages.ts';
import type { Value } from '../../backend/protocol/schema.ts';

export interface Gathering {
  readonly field: Field;
  /** By slot. */
  readonly column: readonly Value[];
  readonly into: unknown[];
}

/** The values of columns in the order of the slots, as Grafana wants them. */
export function gather(columns: readonly Gathering[], slots: Int32Array): void {
  const isBoolean = ({ field }: Gathering): boolean => field.format === 'boolean';
  const plain = columns.filter(one => !isBoolean(one));
  for (let i = 0; i < plain.length; i += 2) gatherTwo(plain[i]!, plain[i + 1] ?? plain[i]!, slots);
  for (const one of columns.filter(isBoolean)) gatherBooleans(one, slots);
}

/** Most of a cut's work is here: two columns at a time take a quarter less than one after the other. */
function gatherTwo(first: Gathering, second: Gathering, slots: Int32Array): void {
  const [a, b] = [first.column, second.column];
  const [intoA, intoB] = [first.into, second.into];
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    intoA[i] = a[slot];
    intoB[i] = b[slot];
  }
}

/** Of 0 and 1, which is what nearly all are: looking up is faster than an unforeseeable branch. */
const TRUTHS = [false, true];

function gatherBooleans({ column, into }: Gathering, slots: Int32Array): void {
  for (let i = 0; i < slots.length; i++) {
    const value = column[slots[i]!]!;
    into[i] = value === null ? null : (TRUTHS[value as number] ?? true);
  }
}
