import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ColumnFormat, ColumnSchema, ColumnType, EnumEntry, TableSchema, Value } from '../protocol/schema.ts';
import { columnReader, Misfit, shown } from './column-reader.ts';

export interface ColumnDefinition extends ColumnSchema {
  /** What a row has that does not say: without one it is NULL, or an error where NULL is not allowed. */
  readonly default?: Value;
  /** An SQL expression instead of a constant; built-in columns only. */
  readonly defaultSql?: string;
}

export interface TableDefinition extends TableSchema {
  readonly columns: readonly ColumnDefinition[];
}

const TYPES: readonly ColumnType[] = ['text', 'integer', 'real'];
const FORMATS: readonly ColumnFormat[] = ['time-ms', 'boolean', 'json', 'seconds'];
const TABLE_KEYS = ['name', 'description', 'primaryKey', 'columns'];
const COLUMN_KEYS = ['name', 'type', 'nullable', 'default', 'format', 'values', 'description'];
/** Capture hands a row over twice in one call, and SQLite allows 1000 arguments; this leaves ample room. */
const COLUMNS_MAX = 200;

/** Further tables as configured under `tables:`; the first fault is thrown as `bad-config` with its place. */
export function parseTables(entries: unknown): TableDefinition[] {
  if (!Array.isArray(entries)) throw bad('tables must be a list of {name, primaryKey, columns}');
  const tables = entries.map((entry, i) => parseTable(entry, `tables[${i}]`));
  refuseDuplicates(
    tables.map(table => table.name),
    'tables',
  );
  for (const { name } of tables)
    if (name.toLowerCase() === 'events')
      throw bad('tables: "events" is built in; give its further columns under `columns`');
  return tables;
}

/** Columns as configured for a table, or in addition to the built-in ones of `events`. */
export function parseColumns(entries: unknown, where: string): ColumnDefinition[] {
  if (!Array.isArray(entries)) throw bad(`${where} must be a list of {name, type}`);
  const columns = entries.map((entry, i) => parseColumn(entry, `${where}[${i}]`));
  refuseDuplicates(
    columns.map(column => column.name),
    where,
  );
  return columns;
}

function parseTable(entry: unknown, where: string): TableDefinition {
  const table = record(entry, where, TABLE_KEYS);
  const name = identifier(table.name, `${where}.name`);
  const columns = parseColumns(table.columns, `${where}.columns`);
  if (columns.length > COLUMNS_MAX) throw bad(`${where}: "${name}" has more than ${COLUMNS_MAX} columns`);
  const primaryKey = identifier(table.primaryKey, `${where}.primaryKey`);
  const key = columns.find(column => column.name === primaryKey);
  if (!key) {
    const names = columns.map(column => column.name);
    throw bad(`${where}.primaryKey: there is no column "${primaryKey}"${didYouMean(primaryKey, names)}`);
  }
  if (key.type === 'real') throw bad(`${where}.primaryKey: "${primaryKey}" must be text or integer, not real`);
  return {
    name,
    primaryKey,
    columns: columns.map(column => (column === key ? { ...column, nullable: false } : column)),
    ...text(table.description, 'description', where),
  };
}

function parseColumn(entry: unknown, where: string): ColumnDefinition {
  const column = record(entry, where, COLUMN_KEYS);
  const name = identifier(column.name, `${where}.name`);
  const type = oneOf(column.type, TYPES, `${where}.type`);
  if (column.nullable !== undefined && typeof column.nullable !== 'boolean')
    throw bad(`${where}.nullable must be true or false`);
  const parsed: ColumnDefinition = {
    name,
    type,
    nullable: column.nullable ?? true,
    ...(column.format === undefined ? {} : { format: oneOf(column.format, FORMATS, `${where}.format`) }),
    ...(column.values === undefined ? {} : { values: enumeration(column.values, type, where) }),
    ...(column.default === undefined ? {} : { default: constant(column.default, type, where) }),
    ...text(column.description, 'description', where),
  };
  const misfit = parsed.default === undefined ? undefined : columnReader(parsed)(parsed.default);
  if (misfit instanceof Misfit) throw bad(`${where}.default ${misfit.expected}, not ${shown(parsed.default)}`);
  return parsed;
}

function enumeration(entries: unknown, type: ColumnType, where: string): EnumEntry[] {
  if (!Array.isArray(entries) || type !== 'integer') throw bad(`${where}.values must be a list, on an integer column`);
  return entries.map((entry, i) => {
    const { value, name, color } = record(entry, `${where}.values[${i}]`, ['value', 'name', 'color']);
    if (!Number.isSafeInteger(value) || typeof name !== 'string')
      throw bad(`${where}.values[${i}] must have an integer value and a name`);
    return { value: value as number, name, ...text(color, 'color', `${where}.values[${i}]`) };
  });
}

function constant(value: unknown, type: ColumnType, where: string): Value {
  const fits =
    value === null ||
    (type === 'text' && typeof value === 'string' && !value.includes('\0')) ||
    (type === 'real' && Number.isFinite(value)) ||
    (type === 'integer' && Number.isSafeInteger(value));
  if (!fits) throw bad(`${where}.default must be of type ${type}, not ${JSON.stringify(value)}`);
  return value as Value;
}

function identifier(name: unknown, where: string): string {
  if (name === undefined) throw bad(`${where} is missing`);
  if (typeof name !== 'string' || !/^[a-z_][a-z0-9_]{0,62}$/i.test(name))
    throw bad(`${where} must be a name of letters, digits and _, not ${JSON.stringify(name)}`);
  if (/^(sqlite|panelcast)_/i.test(name))
    throw bad(`${where}: names that begin with ${name.split('_')[0]}_ are reserved`);
  return name;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], where: string): T {
  const found = allowed.find(candidate => candidate === value);
  if (!found) throw bad(`${where} must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
  return found;
}

function record(value: unknown, where: string, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${where} must be an object`);
  for (const key of Object.keys(value))
    if (!keys.includes(key)) throw bad(`${where}: unknown key "${key}"${didYouMean(key, keys)}`);
  return value as Record<string, unknown>;
}

function text<K extends string>(value: unknown, key: K, where: string): { [P in K]?: string } {
  if (value === undefined) return {};
  if (typeof value !== 'string') throw bad(`${where}.${key} must be text`);
  return { [key]: value } as { [P in K]: string };
}

/** To SQLite, names that differ only by case are the same name. */
function refuseDuplicates(names: readonly string[], where: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw bad(`${where}: "${name}" is there twice`);
    seen.add(name.toLowerCase());
  }
}

export function didYouMean(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

function bad(message: string): PanelcastError {
  return new PanelcastError('bad-config', message);
}
