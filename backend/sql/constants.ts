/** What a constant becomes beside a column: SQLite's affinity, minus the conversions that only hide a mistake. */
import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ColumnSchema } from '../protocol/schema.ts';
import type { Cut } from './domain.ts';
import type { Constant } from './term.ts';

const QUOTED_NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

export function constantFor(column: ColumnSchema, { value, type }: Constant, position: number): Cut {
  if (column.type === 'text') {
    if (type !== 'real') return String(value);
    throw wrong(`"${column.name}" is a text, and ${value} at ${position} is not; write '${value}'`, position);
  }
  return typeof value === 'string' ? numberFor(column, value, position) : Number(value);
}

/** A name of the column's enumeration, or a number in quotes as panel variables write it. */
function numberFor(column: ColumnSchema, text: string, position: number): number {
  const lower = text.toLowerCase();
  const entry = column.values?.find(({ name }) => name.toLowerCase() === lower);
  if (entry !== undefined) return entry.value;
  const value = Number(text);
  if (QUOTED_NUMBER.test(text) && (Number.isSafeInteger(value) || !Number.isInteger(value))) return value;
  throw wrong(`"${column.name}" is a number, and '${text}' at ${position} is not${hint(column, text)}`, position);
}

function hint(column: ColumnSchema, text: string): string {
  const names = column.values?.map(({ name }) => name) ?? [];
  if (column.format === 'time-ms') return '; write a time as in now() - 15m, or in milliseconds since 1970';
  if (column.format === 'boolean') return '; write TRUE or FALSE';
  if (names.length === 0) return '';
  const meant = nearest(text, names);
  return meant === undefined ? `; its names are ${names.join(', ')}` : `; did you mean '${meant}'?`;
}

function wrong(message: string, position: number): PanelcastError {
  return new PanelcastError('bad-filter', message, { position });
}
