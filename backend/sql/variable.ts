import type { Row, Value } from '../protocol/schema.ts';
import { type Domain, INTEGER, REAL, SIGN, TEXT, TRUTH, WHOLE } from './domain.ts';
import { likeMatcher, type Pattern } from './pattern.ts';
import { type ColumnTerm, canVanish, type Read, reader, type Term, termColumns, termText } from './term.ts';
import { compareText, foldText } from './text-order.ts';

/** What a variable's value is made of. */
export type Origin =
  | { readonly kind: 'column'; readonly column: ColumnTerm }
  /** The column as LIKE sees it: ASCII capitals folded. */
  | { readonly kind: 'folded'; readonly column: ColumnTerm }
  | { readonly kind: 'number'; readonly term: Term }
  /** The term less now(): it falls as time passes. */
  | { readonly kind: 'relative'; readonly term: Term }
  /** -1, 0 or 1 as left is less than, equal to or greater than right. */
  | { readonly kind: 'order'; readonly left: Term; readonly right: Term }
  /** 1 where the pattern fits, else 0. */
  | { readonly kind: 'pattern'; readonly column: ColumnTerm; readonly pattern: Pattern }
  /** 1 where a whole condition is TRUE, else 0. */
  | { readonly kind: 'whole' };

/**
 * Something of a row that a diagram branches on. Two variables with one key are the same; keys sort in the order of
 * diagrams: columns by name, then folded, numeric, relative, and last what is only true or false.
 */
export interface Variable {
  readonly key: string;
  readonly origin: Origin;
  readonly domain: Domain;
  /** Never NULL where none of its columns is. */
  readonly total: boolean;
  readonly columns: readonly ColumnTerm[];
  /** Position in the row of a plain column, else -1. */
  readonly index: number;
  readonly relative: boolean;
  readonly read: Read;
  /** Only of a whole condition that is relative: the next instant at which it may change for a row. */
  readonly changesAt?: (row: Row, nowMs: number) => number | undefined;
}

const columnVariables = new WeakMap<ColumnTerm, Variable>();

export function columnVariable(term: ColumnTerm): Variable {
  const known = columnVariables.get(term) ?? newColumnVariable(term);
  columnVariables.set(term, known);
  return known;
}

function newColumnVariable(term: ColumnTerm): Variable {
  const { index, column, type } = term;
  const domain = type === 'text' ? TEXT : type === 'real' ? REAL : INTEGER;
  return {
    key: `1${termText(term)}`,
    origin: { kind: 'column', column: term },
    domain,
    total: !column.nullable,
    columns: [term],
    index,
    relative: false,
    read: row => row[index]!,
  };
}

export function foldedVariable(column: ColumnTerm): Variable {
  const { index } = column;
  const read = (row: Row): Value => {
    const text = row[index]!;
    return typeof text === 'string' ? foldText(text) : null;
  };
  return derived(`2${termText(column)}`, { kind: 'folded', column }, { domain: TEXT, columns: [column], read });
}

/** A term without now(); one plain column is that column's own variable. */
export function termVariable(term: Term): Variable {
  return term.kind === 'column' ? columnVariable(term) : numberVariable(term);
}

function numberVariable(term: Term): Variable {
  return derived(
    `3${termText(term)}`,
    { kind: 'number', term },
    {
      domain: term.type === 'integer' ? WHOLE : REAL,
      columns: termColumns(term),
      total: !canVanish(term),
      read: reader(term),
    },
  );
}

/** `term` is whole and without now(). */
export function relativeVariable(term: Term): Variable {
  const base = reader(term);
  const read = (row: Row, nowMs: number): Value => {
    const value = base(row, nowMs);
    return typeof value === 'number' ? value - nowMs : null;
  };
  return derived(
    `4${termText(term)}`,
    { kind: 'relative', term },
    {
      domain: WHOLE,
      columns: termColumns(term),
      total: !canVanish(term),
      relative: true,
      read,
    },
  );
}

export function orderVariable(left: Term, right: Term): Variable {
  const readLeft = reader(left);
  const readRight = reader(right);
  const read = (row: Row, nowMs: number): Value => {
    const a = readLeft(row, nowMs);
    const b = readRight(row, nowMs);
    if (a === null || b === null) return null;
    if (typeof a === 'string' && typeof b === 'string') return Math.sign(compareText(a, b));
    return a < b ? -1 : a > b ? 1 : 0;
  };
  const columns = new Map([...termColumns(left), ...termColumns(right)].map(column => [column.index, column]));
  return derived(
    `5${termText(left)}?${termText(right)}`,
    { kind: 'order', left, right },
    {
      domain: SIGN,
      columns: [...columns.values()],
      total: !canVanish(left) && !canVanish(right),
      read,
    },
  );
}

export function patternVariable(column: ColumnTerm, pattern: Pattern): Variable {
  const { index } = column;
  const fits = likeMatcher(pattern);
  const read = (row: Row): Value => {
    const text = row[index]!;
    return typeof text === 'string' ? Number(fits(text)) : null;
  };
  const key = `6${termText(column)}${pattern.operator} ${pattern.text}`;
  return derived(key, { kind: 'pattern', column, pattern }, { domain: TRUTH, columns: [column], read });
}

/** `key` must say all that the condition depends on. */
export function wholeVariable(key: string, variables: readonly Variable[], { isTrue, changesAt }: Whole): Variable {
  const columns = new Map(variables.flatMap(variable => variable.columns).map(column => [column.index, column]));
  return derived(
    `7${key}`,
    { kind: 'whole' },
    {
      domain: TRUTH,
      columns: [...columns.values()],
      relative: variables.some(variable => variable.relative),
      read: (row, nowMs) => Number(isTrue(row, nowMs)),
      changesAt,
    },
  );
}

export interface Whole {
  readonly isTrue: (row: Row, nowMs: number) => boolean;
  readonly changesAt: (row: Row, nowMs: number) => number | undefined;
}

type Details = Pick<Variable, 'domain' | 'columns' | 'read'> &
  Partial<Pick<Variable, 'total' | 'relative' | 'changesAt'>>;

function derived(key: string, origin: Origin, details: Details): Variable {
  return { total: true, relative: false, index: -1, ...details, key, origin };
}
