/**
 * A Pratt parser for the part of SQLite's expressions that may follow WHERE. Precedence is SQLite's, from loosest:
 * OR, AND, NOT, equality and IS and IN and LIKE and BETWEEN, ordering, sums, products, sign.
 */
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ArithmeticOperator, ComparisonOperator, Expression, Like, Literal } from './expression.ts';
import { INFIX_POWER, KEYWORDS, POWER, symbol } from './grammar.ts';
import { boundHeight, tooDeep } from './height.ts';
import { FILTER_CHARS_MAX, IN_ITEMS_MAX, NESTING_MAX } from './limits.ts';
import { numberLiteral } from './number-literal.ts';
import { durationMs, type Token, tokenize } from './tokens.ts';

/** Reads a whole text as one expression, or throws `bad-filter` with the offset of the first thing it cannot take. */
export function parseFilter(text: string): Expression {
  if (text.length > FILTER_CHARS_MAX)
    throw new PanelcastError(
      'bad-filter',
      `a filter has at most ${FILTER_CHARS_MAX} characters, this one ${text.length}`,
      {
        position: FILTER_CHARS_MAX,
      },
    );
  return new Parser(text).whole();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  whole(): Expression {
    const expression = this.#expression(0, 'a condition');
    if (this.#token.kind !== 'end') this.#fail('AND, OR or the end');
    boundHeight(expression);
    return expression;
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  /** Everything that binds tighter than `power`. */
  #expression(power: number, wanted: string): Expression {
    if (++this.#depth > NESTING_MAX) throw tooDeep(this.#token.start);
    let left = this.#prefix(wanted);
    for (;;) {
      const operator = symbol(this.#token);
      const binding = INFIX_POWER[operator];
      if (binding === undefined || binding <= power) break;
      this.#at++;
      left = this.#infix(left, operator, binding);
    }
    this.#depth--;
    return left;
  }

  #prefix(wanted: string): Expression {
    const token = this.#token;
    const { start, end } = token;
    this.#at++;
    switch (token.kind) {
      case 'string':
        return { kind: 'literal', value: token.text, form: 'text', start, end };
      case 'number':
        return numberLiteral(token);
      case 'duration':
        return { kind: 'literal', value: durationMs(token), form: 'duration', start, end };
      case 'quoted':
        return { kind: 'column', name: token.text, start, end };
      case 'reference':
        return { kind: 'reference', name: token.text, start, end };
      case 'word':
        return this.#word(token, wanted);
      case 'operator':
        return this.#prefixOperator(token, wanted);
      case 'end':
        this.#at--;
        return this.#fail(wanted);
    }
  }

  #prefixOperator(token: Token, wanted: string): Expression {
    const { start } = token;
    if (token.text === '(') {
      const inner = this.#expression(0, 'a condition or value');
      const end = this.#take(')');
      return { ...inner, start, end };
    }
    if (token.text === '-' || token.text === '+') {
      const operand = this.#expression(POWER.product, 'a number or column');
      return token.text === '+' ? operand : { kind: 'negative', operand, start, end: operand.end };
    }
    this.#at--;
    return this.#fail(wanted);
  }

  #word(token: Token, wanted: string): Expression {
    const { start, end } = token;
    const literal = (value: 0 | 1 | null): Literal => ({
      kind: 'literal',
      value,
      form: value === null ? 'null' : 'boolean',
      start,
      end,
    });
    switch (symbol(token)) {
      case 'NULL':
        return literal(null);
      case 'TRUE':
        return literal(1);
      case 'FALSE':
        return literal(0);
      case 'NOT': {
        const operand = this.#expression(POWER.not, 'a condition');
        return { kind: 'not', operand, start, end: operand.end };
      }
    }
    if (KEYWORDS.has(symbol(token))) {
      this.#at--;
      return this.#fail(wanted);
    }
    return this.#is('(') ? this.#call(token) : { kind: 'column', name: token.text, start, end };
  }

  #call(token: Token): Expression {
    const { start } = token;
    const name = token.text.toLowerCase();
    if (name !== 'now' && name !== 'filter')
      throw new PanelcastError(
        'bad-filter',
        `unknown function "${token.text}" at ${start}; there are now() and filter(name)`,
        {
          position: start,
        },
      );
    this.#take('(');
    if (name === 'now') return { kind: 'now', start, end: this.#take(')') };
    const named = this.#token;
    if (named.kind !== 'word' && named.kind !== 'quoted' && named.kind !== 'string') this.#fail('the name of a filter');
    this.#at++;
    return { kind: 'reference', name: named.text, start, end: this.#take(')') };
  }

  #infix(left: Expression, operator: string, power: number): Expression {
    switch (operator) {
      case 'AND':
      case 'OR':
        return this.#logic(left, operator, power);
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return this.#arithmetic(left, operator, power);
      case 'ISNULL':
      case 'NOTNULL':
        return this.#nullTest(left, operator === 'ISNULL' ? 'IS' : 'IS NOT');
      case 'NOT':
        return this.#negated(left);
      case 'IN':
        return this.#in(left, false);
      case 'BETWEEN':
        return this.#between(left, false);
      case 'LIKE':
      case 'GLOB':
        return this.#like(left, operator, false);
      default:
        return this.#comparison(left, operator, power);
    }
  }

  #logic(left: Expression, operator: 'AND' | 'OR', power: number): Expression {
    const operands = [left];
    do operands.push(this.#expression(power, 'a condition'));
    while (this.#accept(operator));
    return { kind: 'logic', operator, operands, start: left.start, end: operands.at(-1)!.end };
  }

  #arithmetic(left: Expression, operator: ArithmeticOperator, power: number): Expression {
    const right = this.#expression(power, 'a number or column');
    return { kind: 'arithmetic', operator, left, right, start: left.start, end: right.end };
  }

  #comparison(left: Expression, written: string, power: number): Expression {
    const operator = this.#comparisonOperator(written);
    const right = this.#expression(power, 'a value');
    return { kind: 'comparison', operator, left, right, start: left.start, end: right.end };
  }

  #comparisonOperator(written: string): ComparisonOperator {
    switch (written) {
      case '==':
        return '=';
      case '!=':
        return '<>';
      case 'IS':
        return this.#accept('NOT') ? 'IS NOT' : 'IS';
      default:
        return written as ComparisonOperator; // the operators left over by #infix are exactly these
    }
  }

  #nullTest(left: Expression, operator: 'IS' | 'IS NOT'): Expression {
    const { start, end } = this.#tokens[this.#at - 1]!;
    const right: Literal = { kind: 'literal', value: null, form: 'null', start, end };
    return { kind: 'comparison', operator, left, right, start: left.start, end };
  }

  #negated(left: Expression): Expression {
    const operator = symbol(this.#token);
    this.#at++;
    switch (operator) {
      case 'IN':
        return this.#in(left, true);
      case 'BETWEEN':
        return this.#between(left, true);
      case 'LIKE':
      case 'GLOB':
        return this.#like(left, operator, true);
      case 'NULL':
        return this.#nullTest(left, 'IS NOT');
      default:
        this.#at--;
        return this.#fail('IN, BETWEEN, LIKE, GLOB or NULL');
    }
  }

  #in(operand: Expression, negated: boolean): Expression {
    this.#take('(');
    const items: Expression[] = [];
    if (!this.#is(')')) {
      do {
        if (items.length === IN_ITEMS_MAX)
          throw new PanelcastError(
            'bad-filter',
            `an IN list has at most ${IN_ITEMS_MAX} items; at ${this.#token.start} it has more`,
            {
              position: this.#token.start,
            },
          );
        items.push(this.#expression(0, 'a value'));
      } while (this.#accept(','));
    }
    return { kind: 'in', negated, operand, items, start: operand.start, end: this.#take(')') };
  }

  #between(operand: Expression, negated: boolean): Expression {
    const low = this.#expression(POWER.equality, 'the lower bound');
    if (!this.#accept('AND')) this.#fail('AND and the upper bound');
    const high = this.#expression(POWER.equality, 'the upper bound');
    return { kind: 'between', negated, operand, low, high, start: operand.start, end: high.end };
  }

  #like(operand: Expression, operator: Like['operator'], negated: boolean): Expression {
    const pattern = this.#expression(POWER.equality, 'a pattern');
    const like = { kind: 'like', operator, negated, operand, pattern, start: operand.start } as const;
    if (operator === 'GLOB' || !this.#accept('ESCAPE')) return { ...like, end: pattern.end };
    const escapedBy = this.#expression(POWER.equality, 'the escape character');
    return { ...like, escapedBy, end: escapedBy.end };
  }

  #is(wanted: string): boolean {
    return symbol(this.#token) === wanted;
  }

  #accept(wanted: string): boolean {
    if (!this.#is(wanted)) return false;
    this.#at++;
    return true;
  }

  /** Steps over a token that must come here; returns where it ended. */
  #take(wanted: string): number {
    const { end } = this.#token;
    if (!this.#accept(wanted)) this.#fail(wanted);
    return end;
  }

  #fail(wanted: string): never {
    const { kind, start, end } = this.#token;
    const found = kind === 'end' ? 'the filter ends' : `there is ${this.#text.slice(start, Math.min(end, start + 40))}`;
    throw new PanelcastError('bad-filter', `expected ${wanted} at ${start}, but ${found}`, { position: start });
  }
}
