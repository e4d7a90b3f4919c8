import { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import type { Comparison, Expression, In, Literal } from '../../backend/sql/expression.ts';
import { parseFilter } from '../../backend/sql/parser.ts';
import { printExpression } from '../../backend/sql/print.ts';
import { EVERYTHING, replaceReferences, type Variables } from './references.ts';

/** Stands for a reference in the parsed text; private-use characters that nobody types. */
const SLOT = /^\uE000(\d+)\uE001$/;

/**
 * A filter with references to variables. It is parsed before they are filled in, and their values then become literals of
 * the tree: a value can be any text, but it can never become syntax.
 */
export class FilterTemplate {
  readonly #references: string[] = [];
  readonly #tree: Expression;

  /** Throws `bad-filter` with the offset in this text. */
  constructor(text: string) {
    const shifts: { readonly at: number; readonly by: number }[] = [];
    const slotted = replaceReferences(text, (reference, at) => {
      const slot = `'\uE000${this.#references.push(reference) - 1}\uE001'`;
      shifts.push({ at, by: slot.length - reference.length });
      return slot;
    });
    try {
      this.#tree = parseFilter(slotted);
    } catch (error) {
      throw atOrigin(error, shifts, position => this.#inWords(slotted, position));
    }
  }

  /** The filter with all values in their places. Throws `bad-filter` where a value does not fit its place. */
  fill(variables: Variables): Expression {
    return new Filling(this.#references, variables).condition(this.#tree);
  }

  #inWords(slotted: string, position: number): string {
    return slotted.slice(position, position + 20).replace(/'\uE000(\d+)\uE001'/g, (_, n) => this.#references[n] ?? '');
  }
}

export function fillFilter(text: string, variables: Variables): string {
  return printExpression(new FilterTemplate(text).fill(variables));
}

class Filling {
  readonly #references: readonly string[];
  readonly #variables: Variables;

  constructor(references: readonly string[], variables: Variables) {
    this.#references = references;
    this.#variables = variables;
  }

  condition(expression: Expression): Expression {
    switch (expression.kind) {
      case 'logic':
        return { ...expression, operands: expression.operands.map(operand => this.condition(operand)) };
      case 'not':
        return { ...expression, operand: this.condition(expression.operand) };
      case 'comparison':
        return this.#isEverything(expression.right) && isEquality(expression)
          ? truth(expression.operator === '=', expression)
          : this.#comparison(expression);
      case 'in':
        if (expression.items.some(item => this.#isEverything(item))) return truth(!expression.negated, expression);
        return {
          ...expression,
          operand: this.#one(expression.operand),
          items: expression.items.flatMap(item => this.#values(item)),
        };
      case 'between': {
        const { high, low, operand } = expression;
        return { ...expression, operand: this.#one(operand), low: this.#one(low), high: this.#one(high) };
      }
      case 'like':
        if (this.#isEverything(expression.pattern)) return truth(!expression.negated, expression);
        return { ...expression, operand: this.#one(expression.operand), pattern: this.#one(expression.pattern) };
      default:
        return this.#one(expression);
    }
  }

  /** `site = $site` with several values means one of them. */
  #comparison(comparison: Comparison): Comparison | In {
    const { left, operator, right } = comparison;
    const values = this.#values(right, isNumeric(left));
    const operand = this.#one(left, isNumeric(right));
    if (values.length === 1) return { ...comparison, left: operand, right: values[0]! };
    if (!isEquality(comparison))
      throw misfit(right, `${operator} compares with one value, and the variable has ${values.length}; use IN`);
    const { end, start } = comparison;
    return { kind: 'in', negated: operator === '<>', operand, items: values, start, end };
  }

  #one(expression: Expression, numeric = false): Expression {
    const values = this.#values(expression, numeric);
    if (values.length === 1) return values[0]!;
    throw misfit(expression, `one value goes here, and the variable has ${values.length}`);
  }

  #values(expression: Expression, numeric = false): Expression[] {
    switch (expression.kind) {
      case 'literal':
        return this.#literals(expression, numeric);
      case 'column':
        return [{ ...expression, name: this.#variables.fillText(expression.name) }];
      case 'negative':
        return [{ ...expression, operand: this.#one(expression.operand, true) }];
      case 'arithmetic': {
        const { left, right } = expression;
        return [{ ...expression, left: this.#one(left, true), right: this.#one(right, true) }];
      }
      case 'now':
      case 'reference':
        return [expression];
      default:
        return [this.condition(expression)];
    }
  }

  #isEverything(expression: Expression): boolean {
    if (expression.kind !== 'literal' || expression.form !== 'text') return false;
    const text = String(expression.value);
    return this.#variables.valuesOf(this.#referenceOf(text) ?? text) === EVERYTHING;
  }

  #referenceOf(text: string): string | undefined {
    return this.#references[Number(SLOT.exec(text)?.[1])];
  }

  #literals(literal: Literal, numeric: boolean): Literal[] {
    if (literal.form !== 'text') return [literal];
    const text = String(literal.value);
    const reference = this.#referenceOf(text);
    // `'$site'` in quotes is the same as without, since people write both.
    const values = this.#variables.valuesOf(reference ?? text);
    if (values === EVERYTHING) throw misfit(literal, 'All goes where =, <>, IN or LIKE compare');
    if (values !== undefined) return values.map(value => asLiteral(literal, value, numeric));
    if (reference !== undefined) throw misfit(literal, `there is no variable ${reference}`);
    return [{ ...literal, value: this.#variables.fillText(text) }];
  }
}

/** Beside a column a text is read as the column's type; beside arithmetic it has to be a number. */
function asLiteral(literal: Literal, value: string, numeric: boolean): Literal {
  if (value.includes('\0') || !value.isWellFormed())
    throw misfit(literal, 'a value of the variable holds a NUL or half a surrogate pair');
  if (!numeric) return { ...literal, value, form: 'text' };
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) throw misfit(literal, `a number goes here, not '${value}'`);
  return { ...literal, value: number, form: Number.isSafeInteger(number) ? 'integer' : 'real' };
}

function isEquality({ operator }: Comparison): boolean {
  return operator === '=' || operator === '<>';
}

function truth(isTrue: boolean, { end, start }: Expression): Literal {
  return { kind: 'literal', value: Number(isTrue), form: 'boolean', start, end };
}

function isNumeric(expression: Expression): boolean {
  if (expression.kind === 'literal') return expression.form !== 'text' && expression.form !== 'null';
  return expression.kind === 'now' || expression.kind === 'arithmetic' || expression.kind === 'negative';
}

function misfit({ start }: Expression, message: string): PanelcastError {
  return new PanelcastError('bad-filter', message, { position: start });
}

/** A fault of the text with slots, told with the place in the text that was written. */
function atOrigin(
  error: unknown,
  shifts: readonly { readonly at: number; readonly by: number }[],
  inWords: (position: number) => string,
): unknown {
  if (!(error instanceof PanelcastError) || error.position === undefined) return error;
  const slotted = error.position;
  let position = slotted;
  for (const { at, by } of shifts) if (at < position) position = Math.max(at, position - by);
  const message = error.message
    .replace(/'\uE000\d+\uE001'.*$/, () => inWords(slotted))
    .replace(` ${slotted}`, ` ${position}`);
  return new PanelcastError('bad-filter', message, { cause: error, position });
}
