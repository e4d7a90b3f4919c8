/** Fits an expression to a table: names become columns, constants take their column's type, comparisons become sets. */
import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { TableSchema } from '../protocol/schema.ts';
import { compare, truthy } from './comparison.ts';
import { type Condition, FALSE, junction, not, type Test } from './condition.ts';
import type { Between, Comparison, ComparisonOperator, Expression, In, Like, Literal } from './expression.ts';
import { checkNamed } from './named-filters.ts';
import { matches } from './pattern-condition.ts';
import { arithmetic, type Constant, columnTerm, NOW_TERM, NULL_TERM, number, type Term } from './term.ts';
import { unionOf } from './value-set.ts';

/** Throws `bad-filter` at the first thing that does not fit; references must have been expanded. */
export function checkFilter(expression: Expression, table: TableSchema): Condition {
  return new Check(table).condition(expression);
}

class Check {
  readonly #table: TableSchema;

  constructor(table: TableSchema) {
    this.#table = table;
  }

  condition(expression: Expression): Condition {
    return checkNamed(expression, inner => this.#condition(inner));
  }

  #condition(expression: Expression): Condition {
    switch (expression.kind) {
      case 'logic':
        return junction(
          expression.operator === 'AND' ? 'and' : 'or',
          expression.operands.map(operand => this.condition(operand)),
        );
      case 'not':
        return not(this.condition(expression.operand));
      case 'comparison':
        return this.#comparison(expression);
      case 'between':
        return this.#between(expression);
      case 'in':
        return this.#in(expression);
      case 'like':
        return this.#like(expression);
      case 'reference':
        return fail(`the named filter @${expression.name} cannot be looked up here`, expression);
      default:
        return truthy(this.#value(expression), expression.start);
    }
  }

  #comparison({ operator, left, right }: Comparison): Condition {
    const negated = operator === 'IS NOT';
    if (operator === 'IS' || negated) {
      const truth = truthLiteral(right, isCondition(left));
      if (truth !== undefined) {
        const test: Condition = { kind: 'is', part: this.condition(left), value: truth };
        return negated ? not(test) : test;
      }
    }
    return this.#compare(left, operator, right);
  }

  #between({ negated, operand, low, high }: Between): Condition {
    const both = junction('and', [this.#compare(operand, '>=', low), this.#compare(operand, '<=', high)]);
    return negated ? not(both) : both;
  }

  #in({ negated, operand, items }: In): Condition {
    this.#value(operand);
    const any = anyOf(items.map(item => this.#compare(operand, '=', item)));
    return negated ? not(any) : any;
  }

  #compare(left: Expression, operator: ComparisonOperator, right: Expression): Condition {
    const [a, b] = [this.#value(left), this.#value(right)];
    if (isSeconds(a)) refuseDuration(right);
    if (isSeconds(b)) refuseDuration(left);
    return compare(a, operator, b, { left: left.start, right: right.start });
  }

  #like({ operator, negated, operand, pattern, escapedBy }: Like): Condition {
    const value = this.#value(operand);
    if (value.kind !== 'column' || value.type !== 'text') return fail(`${operator} takes a text column`, operand);
    const like = matches(value, operator, textOf(pattern, 'a pattern in quotes'), {
      escapedBy: escapedBy && textOf(escapedBy, 'one character in quotes'),
      position: (escapedBy ?? pattern).start,
    });
    return negated ? not(like) : like;
  }

  #value(expression: Expression): Term {
    return checkNamed(expression, inner => this.#plainValue(inner));
  }

  #plainValue(expression: Expression): Term {
    switch (expression.kind) {
      case 'literal':
        return constantOf(expression);
      case 'now':
        return NOW_TERM;
      case 'column':
        return this.#column(expression.name, expression.start);
      case 'negative':
        return this.#arithmetic('*', number(-1, 'integer'), expression.operand, expression);
      case 'arithmetic': {
        const { operator, left, right } = expression;
        return this.#arithmetic(operator, this.#number(left), right, expression);
      }
      default:
        return fail('expected a value, but found a condition', expression);
    }
  }

  #arithmetic(operator: '+' | '-' | '*' | '/' | '%', left: Term, right: Expression, whole: Expression): Term {
    const other = this.#number(right);
    if (operator === '%' && (left.type === 'real' || other.type === 'real')) fail('% takes whole numbers', whole);
    const term = arithmetic(operator, left, other);
    return term ?? fail('a number goes beyond 2^53', whole);
  }

  #number(expression: Expression): Term {
    const term = this.#value(expression);
    return term.type === 'text' ? fail('expected a number, but found a text', expression) : term;
  }

  #column(name: string, position: number): Term {
    const { columns } = this.#table;
    const exact = columns.findIndex(column => column.name === name);
    const lower = name.toLowerCase();
    const index = exact >= 0 ? exact : columns.findIndex(column => column.name.toLowerCase() === lower);
    if (index >= 0) return columnTerm(index, columns[index]!);
    const meant = nearest(
      name,
      columns.map(column => column.name),
    );
    const hint = meant === undefined ? `; a text goes in single quotes: '${name}'` : `; did you mean "${meant}"?`;
    throw new PanelcastError('bad-filter', `unknown column "${name}" at ${position}${hint}`, { position });
  }
}

function fail(message: string, at: Expression): never {
  throw new PanelcastError('bad-filter', `${message} at ${at.start}`, { position: at.start });
}

const CONDITIONS: ReadonlySet<Expression['kind']> = new Set([
  'logic',
  'not',
  'comparison',
  'between',
  'in',
  'like',
  'reference',
]);

function isCondition(expression: Expression): boolean {
  return CONDITIONS.has(expression.kind);
}

function isSeconds(term: Term): boolean {
  return term.kind === 'column' && term.column.format === 'seconds';
}

/** Durations are milliseconds, as times are; beside a column of seconds `5m` would silently mean three days. */
function refuseDuration(expression: Expression): void {
  if (expression.kind !== 'literal' || expression.form !== 'duration') return;
  fail(`the column is in seconds, so write ${Number(expression.value) / 1_000} instead of the duration`, expression);
}

/** What `IS` tests the truth of: TRUE and FALSE always, NULL if a condition stands before it. */
function truthLiteral(right: Expression, afterCondition: boolean): boolean | null | undefined {
  if (right.kind !== 'literal') return undefined;
  if (right.form === 'boolean') return right.value === 1;
  return right.form === 'null' && afterCondition ? null : undefined;
}

function textOf(expression: Expression, wanted: string): string {
  if (expression.kind === 'literal' && expression.form === 'text') return String(expression.value);
  return fail(`expected ${wanted}`, expression);
}

function constantOf({ value, form }: Literal): Constant {
  if (form === 'null') return NULL_TERM;
  if (form === 'text') return { kind: 'constant', value, type: 'text' };
  return number(Number(value), form === 'real' ? 'real' : 'integer');
}

/** OR, with the tests of one variable made one set: IN lists stay as short as they are. An empty list is FALSE. */
function anyOf(parts: readonly Condition[]): Condition {
  if (parts.length === 0) return FALSE;
  const byVariable = new Map<string, Test[]>();
  const others: Condition[] = [];
  for (const part of parts) {
    if (part.kind !== 'test') others.push(part);
    else if (!byVariable.get(part.variable.key)?.push(part)) byVariable.set(part.variable.key, [part]);
  }
  const tests = [...byVariable.values()].map(
    (same): Test => ({ ...same[0]!, values: unionOf(same.map(test => test.values)) }),
  );
  return junction('or', [...tests, ...others]);
}
