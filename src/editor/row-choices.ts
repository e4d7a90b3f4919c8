import type { ComboboxOption } from '@grafana/ui';
import type { ColumnSchema, TableSchema } from '../../backend/protocol/schema.ts';
import { parseFilter } from '../../backend/sql/parser.ts';
import { hasReference } from '../variables/references.ts';
import { hasFreeValues } from './filter-completion.ts';
import { type ConditionRow, ROW_OPERATORS, type RowOperator, type RowPart, type RowValue } from './filter-rows.ts';
import { columnOf, type Vocabulary } from './vocabulary.ts';

type Option = ComboboxOption<string>;

/** What a row begins with: a column, or a whole filter by its name. */
export function columnChoices(table: TableSchema | undefined, { filters }: Vocabulary): Option[] {
  const columns = (table?.columns ?? []).map(({ description, name }) => ({
    value: name,
    label: name,
    ...(description !== undefined && { description }),
  }));
  const named = Object.entries(filters).map(([name, text]) => ({
    value: `@${name}`,
    label: `@${name}`,
    description: text,
  }));
  return [...columns, ...named];
}

const WORDS: Readonly<Record<RowOperator, string>> = {
  '=': 'is',
  '<>': 'is not',
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
  IN: 'is one of',
  'NOT IN': 'is none of',
  LIKE: 'matches the pattern',
  'NOT LIKE': 'does not match',
  BETWEEN: 'from … to …',
  'IS NULL': 'has no value',
  'IS NOT NULL': 'has a value',
};

/** Those that fit the column; the one that is chosen always. */
export function operatorChoices(column: ColumnSchema | undefined, chosen: RowOperator): Option[] {
  const fits = (operator: RowOperator): boolean => {
    if (operator === chosen || column === undefined) return true;
    if (operator.includes('NULL')) return column.nullable;
    if (operator.includes('LIKE')) return column.type === 'text';
    return column.format !== 'boolean' || operator === '=' || operator === '<>';
  };
  return (Object.keys(ROW_OPERATORS) as RowOperator[])
    .filter(fits)
    .map(value => ({ value, label: value, description: WORDS[value] }));
}

const AGES = ['5m', '15m', '1h', '6h', '1d', '7d'];

/** Values to choose from before any row is asked; undefined where only the rows know them. */
export function fixedValues(column: ColumnSchema | undefined): RowValue[] | undefined {
  if (column?.values !== undefined) return column.values.map(({ name }) => ({ text: name, isText: true }));
  if (column?.format === 'boolean') return ['1', '0'].map(text => ({ text, isText: false }));
  if (column?.format === 'time-ms') return AGES.map(age => ({ text: `now() - ${age}`, isText: false }));
  return hasFreeValues(column) ? undefined : [];
}

const BOOLEANS: Readonly<Record<string, string>> = { '1': 'yes', '0': 'no' };

export function valueChoice({ isText, text }: RowValue, column: ColumnSchema | undefined): Option {
  const label = column?.format === 'boolean' ? (BOOLEANS[text] ?? text) : text;
  const entry = column?.values?.find(({ name, value }) => name === text || (!isText && String(value) === text));
  if (entry !== undefined && !isText) return { value: text, label: `${text} (${entry.name})` };
  return { value: text, label: label === '' ? '(empty)' : label, ...(entry && { description: String(entry.value) }) };
}

/** What somebody typed or chose, as a value: into quotes where the column is text, as it is where that can be read. */
export function typedValue(text: string, column: ColumnSchema | undefined): RowValue {
  const trimmed = text.trim();
  const isReference = hasReference(trimmed) && /^(\$\w+|\$\{[^}]+\}|\[\[\w+(:\w+)?\]\])$/.test(trimmed);
  if (isReference) return { text: trimmed, isText: false };
  if (column?.type === 'text' || column?.values?.some(({ name }) => name === trimmed)) return { text, isText: true };
  return { text: trimmed, isText: !isPlainValue(trimmed) };
}

function isPlainValue(text: string): boolean {
  try {
    const read = parseFilter(`x = ${text}`);
    return read.kind === 'comparison' && read.right.kind !== 'column';
  } catch {
    return false;
  }
}

/** A row of another column: its operator and values stay if they can. */
export function withColumn(row: ConditionRow, chosen: string, table: TableSchema | undefined): RowPart {
  if (chosen.startsWith('@')) return { kind: 'named', name: chosen.slice(1) };
  const column = columnOf(table, chosen);
  const isSameKind =
    column?.type === columnOf(table, row.column)?.type && column?.format === columnOf(table, row.column)?.format;
  const isFitting = operatorChoices(column, '=').some(({ value }) => value === row.operator);
  return {
    kind: 'row',
    column: chosen,
    operator: isFitting ? row.operator : '=',
    values: isSameKind && column?.values === undefined ? row.values : [],
  };
}

/** The same row with another operator: as many of its values as that takes. */
export function withOperator(row: ConditionRow, operator: RowOperator): ConditionRow {
  const kept = { none: 0, one: 1, two: 2, many: row.values.length }[ROW_OPERATORS[operator]];
  return { ...row, operator, values: row.values.slice(0, kept) };
}
