import type { SQLOutputValue } from 'node:sqlite';
import { assert } from '../../lib/assert.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import type { Value } from '../../protocol/schema.ts';
import type { ReaderLimits } from './reader-limits.ts';

/** What was cut off: rows over `rowsMax` or `bytesMax`. */
export type Truncation = 'rows' | 'bytes';

export interface ReaderAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  /** Every row was true at this seq: both were read in one transaction. */
  readonly seq: number;
  readonly truncated?: Truncation;
}

/**
 * A `ReaderAnswer` as JSON, written row by row so that no more than `bytesMax` is ever held and nobody after the reader
 * has to parse it.
 */
export function answerText(
  columns: readonly string[],
  rows: Iterable<unknown>,
  seq: number,
  limits: Pick<ReaderLimits, 'rowsMax' | 'bytesMax'>,
): string {
  const parts: string[] = [];
  let bytes = 0;
  let truncated: Truncation | undefined;
  for (const row of rows) {
    if (parts.length === limits.rowsMax) {
      truncated = 'rows';
      break;
    }
    const text = JSON.stringify(rowOf(row).map(toValue));
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > limits.bytesMax) {
      if (parts.length === 0) throw rowTooBig(bytes, limits.bytesMax);
      truncated = 'bytes';
      break;
    }
    parts.push(text);
  }
  const mark = truncated === undefined ? '' : `,"truncated":"${truncated}"`;
  return `{"columns":${JSON.stringify(columns)},"rows":[${parts.join(',')}],"seq":${seq}${mark}}`;
}

/** Rows are typed as objects by @types/node; `returnArrays` makes them arrays. */
function rowOf(row: unknown): SQLOutputValue[] {
  assert(Array.isArray(row), 'a reader reads rows as arrays');
  return row;
}

/**
 * SQL's values as JSON can hold them, nothing lost in silence: an integer beyond ±2^53 as text of its exact digits, an
 * infinity as `Infinity` or `-Infinity`, a BLOB as the literal that makes it, X'0AFF'. There is no NaN: SQLite has NULL.
 */
function toValue(value: SQLOutputValue): Value {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) {
    return `X'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex').toUpperCase()}'`;
  }
  return value;
}

function rowTooBig(bytes: number, bytesMax: number): PanelcastError {
  return new PanelcastError(
    'limit-exceeded',
    `the first row alone has ${bytes} bytes; an answer has at most ${bytesMax}`,
  );
}
