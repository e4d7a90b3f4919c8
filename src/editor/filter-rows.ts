import type { Expression } from '../../backend/sql/expression.ts';
import { parseFilter } from '../../backend/sql/parser.ts';
import { printExpression } from '../../backend/sql/print.ts';
import { replaceReferences } from '../variables/references.ts';

/** How many values each operator of a row takes. */
export const ROW_OPERATORS = {
  '=': 'one',
  '<>': 'one',
  '<': 'one',
  '<=': 'one',
  '>': 'one',
  '>=': 'one',
  IN: 'many',
  'NOT IN': 'many',
  LIKE: 'one',
  'NOT LIKE': 'one',
  BETWEEN: 'two',
  'IS NULL': 'none',
  'IS NOT NULL': 'none',
} as const satisfies Record<string, 'none' | 'one' | 'two' | 'many'>;
export type RowOperator = keyof typeof ROW_OPERATORS;

export interface RowValue {
  /** What a person reads: a text without its quotes, anything else as it is written. */
  readonly text: string;
  /** Goes into quotes. */
  readonly isText: boolean;
}
export interface ConditionRow {
  readonly kind: 'row';
  readonly column: string;
  readonly operator: RowOperator;
  readonly values: readonly RowValue[];
}
export interface NamedRow {
  readonly kind: 'named';
  readonly name: string;
}
/** What has no shape as a row, as its text. */
export interface CodeRow {
  readonly kind: 'code';
  readonly text: string;
}
export interface RowGroup {
  readonly kind: 'group';
  readonly operator: 'AND' | 'OR';
  readonly parts: readonly RowPart[];
}
export type RowPart = ConditionRow | NamedRow | CodeRow | RowGroup;

/** Groups within the outermost one; what is nested deeper is shown as code. */
const NESTING_MAX = 1;
/** Stands for a reference to a variable while the text is parsed; private-use characters that nobody types. */
const SLOT = /'\uE000(\d+)\uE001'/g;

/**
 * A filter as rows. Every filter that can be read has rows, at worst one of code; one that cannot throws `bad-filter`.
 * References to variables are kept as they are written.
 */
export function readRows(filter: string): RowGroup {
  if (filter.trim() === '') return { kind: 'group', operator: 'AND', parts: [] };
  const reader = new RowReader(filter);
  return reader.whole();
}

class RowReader {
  readonly #text: string;
  readonly #references: string[] = [];

  constructor(filter: string) {
    this.#text = replaceReferences(filter, reference => `'\uE000${this.#references.push(reference) - 1}\uE001'`);
  }

  whole(): RowGroup {
    const expression = parseFilter(this.#text);
    if (expression.kind === 'logic') return this.#group(expression, 0);
    return { kind: 'group', operator: 'AND', parts: [this.#part(expression, 0)] };
  }

  #group({ operands, operator }: Extract<Expression, { kind: 'logic' }>, depth: number): RowGroup {
    return { kind: 'group', operator, parts: operands.map(operand => this.#part(operand, depth)) };
  }

  #part(expression: Expression, depth: number): RowPart {
    if (expression.kind === 'logic' && depth < NESTING_MAX) return this.#group(expression, depth + 1);
    if (expression.kind === 'reference') return { kind: 'named', name: expression.name };
    return this.#row(expression) ?? { kind: 'code', text: this.#written(expression) };
  }

  #row(expression: Expression): ConditionRow | undefined {
    switch (expression.kind) {
      case 'comparison': {
        const { left, operator, right } = expression;
        if (operator !== 'IS' && operator !== 'IS NOT') return this.#condition(left, operator, [right]);
        const isNull = right.kind === 'literal' && right.form === 'null';
        return isNull ? this.#condition(left, `${operator} NULL`, []) : undefined;
      }
      case 'in':
        if (expression.items.length === 0) return undefined;
        return this.#condition(expression.operand, expression.negated ? 'NOT IN' : 'IN', expression.items);
      case 'between':
        if (expression.negated) return undefined;
        return this.#condition(expression.operand, 'BETWEEN', [expression.low, expression.high]);
      case 'like':
        if (expression.operator === 'GLOB' || expression.escapedBy !== undefined) return undefined;
        return this.#condition(expression.operand, expression.negated ? 'NOT LIKE' : 'LIKE', [expression.pattern]);
      default:
        return undefined;
    }
  }

  #condition(left: Expression, operator: RowOperator, right: readonly Expression[]): ConditionRow | undefined {
    if (left.kind !== 'column' || !right.every(isValue)) return undefined;
    return { kind: 'row', column: left.name, operator, values: right.map(value => this.#value(value)) };
  }

  #value(expression: Expression): RowValue {
    const written = this.#written(expression);
    const isReference = this.#references.includes(written);
    if (isReference || expression.kind !== 'literal' || expression.form !== 'text')
      return { text: written, isText: false };
    return { text: String(expression.value), isText: true };
  }

  #written({ end, start }: Expression): string {
    return this.#text.slice(start, end).replace(SLOT, (_, index) => this.#references[Number(index)] ?? '');
  }
}

const VALUES: ReadonlySet<Expression['kind']> = new Set(['literal', 'column', 'now', 'negative', 'arithmetic']);

function isValue({ kind }: Expression): boolean {
  return VALUES.has(kind);
}

/** The text of rows. A row that is not finished yet says nothing. */
export function writeRows(group: RowGroup): string {
  return group.parts.filter(isComplete).map(writePart).join(` ${group.operator} `);
}

export function isComplete(part: RowPart): boolean {
  switch (part.kind) {
    case 'row': {
      const takes = ROW_OPERATORS[part.operator];
      const wanted = { none: 0, one: 1, two: 2, many: 1 }[takes];
      const given = part.values.filter(({ isText, text }) => isText || text.trim() !== '').length;
      return part.column !== '' && given >= wanted;
    }
    case 'named':
      return part.name !== '';
    case 'code':
      return part.text.trim() !== '';
    case 'group':
      return part.parts.some(isComplete);
  }
}

function writePart(part: RowPart): string {
  switch (part.kind) {
    case 'row':
      return writeRow(part);
    case 'named':
      return `@${part.name}`;
    case 'code':
      return writeCode(part.text);
    case 'group':
      return `(${writeRows(part)})`;
  }
}

function writeRow({ column, operator, values }: ConditionRow): string {
  const name = printExpression({ kind: 'column', name: column, start: 0, end: 0 });
  const texts = values.map(writeValue);
  switch (ROW_OPERATORS[operator]) {
    case 'none':
      return `${name} ${operator}`;
    case 'many':
      return `${name} ${operator} (${texts.join(', ')})`;
    case 'two':
      return `${name} ${operator} ${texts[0]} AND ${texts[1]}`;
    case 'one':
      return `${name} ${operator} ${texts[0]}`;
  }
}

function writeValue({ isText, text }: RowValue): string {
  return isText ? printExpression({ kind: 'literal', form: 'text', value: text, start: 0, end: 0 }) : text.trim();
}

/** In parentheses where it would otherwise fall apart among its neighbours. */
function writeCode(text: string): string {
  const trimmed = text.trim();
  const needsOwnLine = trimmed.includes('--');
  if (!needsOwnLine && (kindOf(trimmed) !== 'logic' || isEnclosed(trimmed))) return trimmed;
  return needsOwnLine ? `(${trimmed}\n)` : `(${trimmed})`;
}

function isEnclosed(text: string): boolean {
  return text.startsWith('(') && text.endsWith(')') && kindOf(text.slice(1, -1)) !== undefined;
}

function kindOf(text: string): Expression['kind'] | undefined {
  try {
    return parseFilter(replaceReferences(text, () => `''`)).kind;
  } catch {
    return undefined; // unfinished; the fault is told beside the whole filter
  }
}

/** Whether rows can only be written again without something of this text: its comments. */
export function hasComments(filter: string): boolean {
  return /--|\/\*/.test(filter.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/g, ''));
}
