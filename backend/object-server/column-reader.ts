import type { ColumnSchema, Value } from '../protocol/schema.ts';

/** What is wrong with a value, as the rest of a sentence that begins with the column. */
export class Misfit {
  readonly expected: string;
  constructor(expected: string) {
    this.expected = expected;
  }
}

/** Turns what a probe sent for one column into what is stored. */
export type ColumnReader = (value: unknown) => Value | Misfit;

/** Of an event, in UTF-16 units: far above any summary, far below what would let one event fill a batch. */
const TEXT_MAX = 65_536;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** The reader of a column: by its enumeration, then its format, then its type. */
export function columnReader(column: ColumnSchema, textMax = TEXT_MAX): ColumnReader {
  const read = notNullReader(column, textReader(textMax));
  if (!column.nullable) return read;
  return value => (value === null ? null : read(value));
}

function notNullReader(column: ColumnSchema, readText: ColumnReader): ColumnReader {
  if (column.values) return enumReader(column.values);
  if (column.format === 'time-ms') return readTime;
  if (column.format === 'boolean') return readBoolean;
  if (column.format === 'json') return jsonReader(readText);
  if (column.format === 'seconds' && column.type === 'integer') return readSeconds;
  if (column.type === 'text') return readText;
  return column.type === 'integer' ? readInteger : readReal;
}

const NOT_TEXT = new Misfit('must be text');
const NUL = new Misfit('must not contain a NUL character');

function textReader(max: number): ColumnReader {
  const tooLong = new Misfit(`must be at most ${max} characters`);
  return value => {
    if (typeof value !== 'string') return NOT_TEXT;
    if (value.length > max) return tooLong;
    return value.includes('\0') ? NUL : value;
  };
}

const NOT_INTEGER = new Misfit('must be an integer within ±2^53');

function readInteger(value: unknown): Value | Misfit {
  return Number.isSafeInteger(value) ? (value as number) : NOT_INTEGER;
}

const NOT_SECONDS = new Misfit('must be a whole number of seconds, 0 or more');

function readSeconds(value: unknown): Value | Misfit {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : NOT_SECONDS;
}

const NOT_REAL = new Misfit('must be a number');

function readReal(value: unknown): Value | Misfit {
  return Number.isFinite(value) ? (value as number) : NOT_REAL;
}

const NOT_BOOLEAN = new Misfit('must be 0, 1, true or false');

function readBoolean(value: unknown): Value | Misfit {
  if (value === true || value === 1) return 1;
  return value === false || value === 0 ? 0 : NOT_BOOLEAN;
}

const NOT_TIME = new Misfit('must be milliseconds since the epoch or an ISO 8601 time with its zone');

function readTime(value: unknown): Value | Misfit {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  if (typeof value !== 'string' || !ISO_TIME.test(value)) return NOT_TIME;
  const time = Date.parse(value);
  return Number.isNaN(time) ? NOT_TIME : time;
}

const NOT_JSON = new Misfit('must be a JSON object');

/** An object, or the text of one. */
function jsonReader(readText: ColumnReader): ColumnReader {
  return value => {
    if (typeof value === 'string') return isObjectText(value) ? readText(value) : NOT_JSON;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return NOT_JSON;
    return readText(JSON.stringify(value));
  };
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function enumReader(entries: NonNullable<ColumnSchema['values']>): ColumnReader {
  const byName = new Map(entries.map(entry => [entry.name.toLowerCase(), entry.value]));
  const allowed = new Set(entries.map(entry => entry.value));
  const sorted = [...allowed].sort((a, b) => a - b);
  const isRange = sorted.every((value, i) => i === 0 || value === sorted[i - 1]! + 1);
  const numbers = isRange ? `an integer ${sorted[0]} to ${sorted.at(-1)}` : `one of ${sorted.join(', ')}`;
  const misfit = new Misfit(`must be ${numbers} (or ${entries.map(entry => entry.name).join(', ')})`);
  return value => {
    if (typeof value === 'number' && allowed.has(value)) return value;
    return (typeof value === 'string' ? byName.get(value.toLowerCase()) : undefined) ?? misfit;
  };
}

/** A value as shown in a message: enough to find it, never a whole row. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
