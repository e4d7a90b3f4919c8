import type { ColumnSchema, TableSchema } from '../../backend/protocol/schema.ts';
import { printExpression } from '../../backend/sql/print.ts';
import { type FilterPlace, filterPlace } from './filter-place.ts';
import { columnOf, type Vocabulary } from './vocabulary.ts';

export type SuggestionKind = 'column' | 'operator' | 'value' | 'function' | 'name' | 'variable' | 'keyword';

export interface Suggestion {
  readonly kind: SuggestionKind;
  readonly label: string;
  readonly insert: string;
  readonly detail?: string;
}

export interface Completion {
  /** The range of the text that a suggestion replaces. */
  readonly from: number;
  readonly to: number;
  readonly prefix: string;
  readonly suggestions: readonly Suggestion[];
  /** Its distinct values would be suggestions too. */
  readonly valuesOf?: string;
}

export interface CompletionGround {
  readonly vocabulary: Vocabulary;
  readonly table: TableSchema | undefined;
  /** The distinct values of a column, as far as they are known already. */
  readonly valuesOf: (column: string) => readonly (string | number)[] | undefined;
}

/** More than that is looked through by typing on, not by scrolling. */
const SHOWN_MAX = 50;

export function completeFilter(text: string, caret: number, ground: CompletionGround): Completion {
  const place = filterPlace(text, caret);
  const { column, expected, from, prefix, to } = place;
  const wantsValues = column !== undefined && /^(value|pattern|list)$/.test(expected);
  return {
    from,
    to,
    prefix,
    suggestions: matching(prefix, suggestionsAt(place, ground)).slice(0, SHOWN_MAX),
    ...(wantsValues && hasFreeValues(columnOf(ground.table, column)) && { valuesOf: column }),
  };
}

/** What begins so comes before what contains it. */
function matching(prefix: string, suggestions: readonly Suggestion[]): readonly Suggestion[] {
  if (prefix === '') return suggestions;
  const wanted = prefix.toLowerCase();
  const at = ({ label }: Suggestion): number =>
    label
      .toLowerCase()
      .replace(/^[@'${]+/, '')
      .indexOf(wanted);
  const found = suggestions.filter(suggestion => at(suggestion) >= 0);
  return [...found.filter(each => at(each) === 0), ...found.filter(each => at(each) > 0)];
}

function suggestionsAt(place: FilterPlace, ground: CompletionGround): readonly Suggestion[] {
  const { table, vocabulary } = ground;
  const column = place.column === undefined ? undefined : columnOf(table, place.column);
  switch (place.expected) {
    case 'operand':
      return operands(table, vocabulary);
    case 'operator':
      return operatorsOf(column);
    case 'negated':
      return words('operator', { IN: 'IN (', LIKE: 'LIKE ', BETWEEN: 'BETWEEN ', NULL: 'NULL ' });
    case 'value':
      return values(place, column, ground);
    case 'pattern':
      return patterns(place, ground);
    case 'list':
      return words('operator', { '(': '(' });
    case 'next-value':
      return words('keyword', { ',': ', ', ')': ') ' });
    case 'is':
      return words('keyword', { NULL: 'NULL ', 'NOT NULL': 'NOT NULL ', TRUE: 'TRUE ', FALSE: 'FALSE ' });
    case 'amount':
      return DURATIONS.map(duration => ({ kind: 'value', label: duration, insert: `${duration} ` }));
    case 'joiner':
      return words('keyword', { AND: 'AND ', OR: 'OR ' });
    case 'name':
      return named(vocabulary);
    case 'variable':
      return variables(vocabulary);
    case 'nothing':
      return [];
  }
}

function operands(table: TableSchema | undefined, vocabulary: Vocabulary): Suggestion[] {
  const columns = (table?.columns ?? []).map(
    ({ description, name, type }): Suggestion => ({
      kind: 'column',
      label: name,
      insert: `${printExpression({ kind: 'column', name, start: 0, end: 0 })} `,
      detail: description ?? type,
    }),
  );
  return [...columns, ...named(vocabulary), ...functions(vocabulary), ...words('keyword', { NOT: 'NOT ' })];
}

function functions({ functions: known }: Vocabulary): Suggestion[] {
  return known.map(({ description, name, signature }) => ({
    kind: 'function',
    label: signature ?? `${name}()`,
    insert: `${name}() `,
    ...(description !== undefined && { detail: description }),
  }));
}

function named({ filters }: Vocabulary): Suggestion[] {
  return Object.entries(filters).map(([name, text]) => ({
    kind: 'name',
    label: `@${name}`,
    insert: `@${name} `,
    detail: text,
  }));
}

function variables({ variables: known }: Vocabulary): Suggestion[] {
  return known.map(name => ({ kind: 'variable', label: `$${name}`, insert: `$${name} `, detail: 'variable' }));
}

const EQUALITY = { '=': '= ', '<>': '<> ', IN: 'IN (', 'NOT IN': 'NOT IN (' } as const;
const ORDER = { '>=': '>= ', '<=': '<= ', '>': '> ', '<': '< ', BETWEEN: 'BETWEEN ' } as const;
const PATTERN = { LIKE: 'LIKE ', 'NOT LIKE': 'NOT LIKE ' } as const;
const NULLS = { 'IS NULL': 'IS NULL ', 'IS NOT NULL': 'IS NOT NULL ' } as const;

function operatorsOf(column: ColumnSchema | undefined): Suggestion[] {
  if (column === undefined) return words('operator', { ...EQUALITY, ...ORDER, ...PATTERN, ...NULLS });
  const nulls = column.nullable ? NULLS : {};
  if (column.format === 'boolean') return words('operator', { '=': '= ', '<>': '<> ', ...nulls });
  if (column.format === 'time-ms') return words('operator', { ...ORDER, ...EQUALITY, ...nulls });
  if (column.type === 'text') return words('operator', { ...EQUALITY, ...PATTERN, ...ORDER, ...nulls });
  return words('operator', { ...ORDER, ...EQUALITY, ...nulls });
}

const DURATIONS = ['30s', '5m', '15m', '1h', '6h', '1d', '7d'] as const;

function values({ isQuoted }: FilterPlace, column: ColumnSchema | undefined, ground: CompletionGround): Suggestion[] {
  const { vocabulary } = ground;
  const others = isQuoted ? [] : variables(vocabulary);
  if (column === undefined) return others;
  if (column.values !== undefined) {
    const names = column.values.map(({ name, value }) => ({ ...quotedValue(name), detail: String(value) }));
    return [...names, ...others];
  }
  if (column.format === 'boolean') return [...words('value', { TRUE: 'TRUE ', FALSE: 'FALSE ' }), ...others];
  if (column.format === 'time-ms') {
    const ages = DURATIONS.map(age => [`now() - ${age}`, `now() - ${age} `] as const);
    return [...words('value', Object.fromEntries(ages)), ...others];
  }
  const known = ground.valuesOf(column.name) ?? [];
  return [...known.map(value => (column.type === 'text' ? quotedValue(String(value)) : plainValue(value))), ...others];
}

/** What contains a value; typed on, it is what begins with it. */
function patterns({ column, isQuoted }: FilterPlace, ground: CompletionGround): Suggestion[] {
  const known = column === undefined ? [] : (ground.valuesOf(column) ?? []);
  const made = known.map(value => ({ ...quotedValue(`%${value}%`), label: `'%${value}%'` }));
  return isQuoted ? made : [...made, ...variables(ground.vocabulary)];
}

function quotedValue(text: string): Suggestion {
  const quoted = printExpression({ kind: 'literal', form: 'text', value: text, start: 0, end: 0 });
  return { kind: 'value', label: quoted, insert: `${quoted} ` };
}

function plainValue(value: string | number): Suggestion {
  return { kind: 'value', label: String(value), insert: `${value} ` };
}

function words(kind: SuggestionKind, inserts: Readonly<Record<string, string>>): Suggestion[] {
  return Object.entries(inserts).map(([label, insert]) => ({ kind, label, insert }));
}

/** Whether values are worth a question: nobody picks a time, a document or a member of an enumeration from the rows. */
export function hasFreeValues(column: ColumnSchema | undefined): boolean {
  if (column === undefined || column.values !== undefined) return false;
  return column.format === undefined || column.format === 'seconds';
}
