/** A condition as SQL with positional parameters, TRUE on SQLite for exactly the rows that the diagram keeps. */
import { assert } from '../lib/assert.ts';
import type { Value } from '../protocol/schema.ts';
import type { Condition, Junction, Test } from './condition.ts';
import { type Cut, compareCuts, cutAfter } from './domain.ts';
import type { Operation, Sum, Term } from './term.ts';
import { complement, segments, type ValueSet } from './value-set.ts';
import type { Variable } from './variable.ts';

export interface SqlText {
  readonly sql: string;
  readonly params: readonly Value[];
}

export function sqlOf(condition: Condition, nowMs: number): SqlText {
  const writer = new SqlWriter(nowMs);
  const sql = writer.condition(condition);
  return { sql, params: writer.params };
}

const TRUTH_WORD = new Map([
  [true, 'TRUE'],
  [false, 'FALSE'],
  [null, 'NULL'],
]);

class SqlWriter {
  readonly params: Value[] = [];
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  condition(condition: Condition): string {
    switch (condition.kind) {
      case 'fixed':
        return TRUTH_WORD.get(condition.value)!;
      case 'test':
        return this.#test(condition);
      case 'not':
        return `NOT (${this.condition(condition.part)})`;
      case 'is':
        return `(${this.condition(condition.part)}) IS ${TRUTH_WORD.get(condition.value)}`;
      default:
        return this.#junction(condition, 0, condition.parts.length);
    }
  }

  /** In halves, because SQLite bounds the depth of a tree, and a chain of a thousand is that deep. */
  #junction(junction: Junction, from: number, to: number): string {
    if (to - from === 1) return `(${this.condition(junction.parts[from]!)})`;
    const middle = (from + to) >> 1;
    const word = junction.kind === 'and' ? 'AND' : 'OR';
    return `(${this.#junction(junction, from, middle)} ${word} ${this.#junction(junction, middle, to)})`;
  }

  #test({ variable, values, whenNull, pattern }: Test): string {
    const { origin } = variable;
    if (pattern !== undefined) {
      const column = nameOf(variable.columns[0]!.column.name);
      const suffix = pattern.operator === 'LIKE' ? ` ESCAPE '\\'` : '';
      return `${column} ${pattern.operator} ${this.#param(pattern.text)}${suffix}`;
    }
    if (origin.kind === 'order') return this.#order(origin.left, origin.right, values);
    const operand = (): string => this.#operand(variable);
    if (whenNull === true) return `${operand()} IS NULL`;
    const offset = variable.relative ? this.#nowMs : 0;
    return this.#values(
      { variable, operand, param: cut => this.#param(typeof cut === 'number' ? cut + offset : cut) },
      values,
    );
  }

  #values(tested: Tested, values: ValueSet): string {
    const { operand } = tested;
    const points = pointsOf(tested.variable, values);
    if (points !== undefined) return this.#points(tested, points, ['=', 'IN']);
    const others = pointsOf(tested.variable, complement(values));
    if (others !== undefined && others.length > 0) return this.#points(tested, others, ['<>', 'NOT IN']);
    const ranges = segments(values).map(({ low, high }) => {
      const bounds = [
        low === undefined ? '' : lowBound(tested, low),
        high === undefined ? '' : highBound(tested, high),
      ];
      return bounds.filter(bound => bound !== '').join(' AND ') || `${operand()} = ${operand()}`;
    });
    return ranges.length === 1 ? ranges[0]! : ranges.map(range => `(${range})`).join(' OR ');
  }

  #points({ operand, param }: Tested, points: readonly Cut[], [one, many]: readonly [string, string]): string {
    const left = operand();
    if (points.length === 0) return `${left} <> ${operand()}`;
    if (points.length === 1) return `${left} ${one} ${param(points[0]!)}`;
    return `${left} ${many} (${points.map(param).join(', ')})`;
  }

  #order(left: Term, right: Term, { first, cuts }: ValueSet): string {
    const has = (sign: number): boolean => (cuts.filter(cut => compareCuts(cut, sign) <= 0).length % 2 === 0) === first;
    const operator = ORDER_OPERATORS.get([-1, 0, 1].filter(has).join());
    assert(operator !== undefined, 'an order is tested by one comparison');
    return `${this.#plain(left)} ${operator} ${this.#plain(right)}`;
  }

  #operand({ origin, columns }: Variable): string {
    if (origin.kind === 'number' || origin.kind === 'relative') return this.#plain(origin.term);
    return nameOf(columns[0]!.column.name);
  }

  /** A lone column as it is, so that SQLite may use an index on it. */
  #plain(term: Term): string {
    return term.kind === 'column' ? nameOf(term.column.name) : this.#real(term);
  }

  /** In doubles throughout, as `reader` computes. */
  #real(term: Term): string {
    switch (term.kind) {
      case 'constant':
        return this.#param(term.value);
      case 'column':
        return `CAST(${nameOf(term.column.name)} AS REAL)`;
      case 'operation':
        return this.#operation(term);
      case 'sum':
        return this.#sum(term);
    }
  }

  #operation({ operator, left, right, type }: Operation): string {
    const a = this.#real(left);
    const b = this.#real(right);
    if (operator === '%') return `mod(${a}, ${b})`;
    return operator === '/' && type === 'integer' ? `trunc(${a} / ${b})` : `(${a} ${operator} ${b})`;
  }

  #sum({ parts, constant }: Sum): string {
    const products = parts.map(({ base, coefficient }) => {
      const value = this.#real(base);
      return coefficient === 1 ? value : `${value} * ${this.#param(coefficient)}`;
    });
    return `(${[...products, ...(constant === 0 ? [] : [this.#param(constant)])].join(' + ')})`;
  }

  #param(value: Value): string {
    this.params.push(value);
    return '?';
  }
}

interface Tested {
  readonly variable: Variable;
  readonly operand: () => string;
  readonly param: (cut: Cut) => string;
}

const ORDER_OPERATORS = new Map([
  ['-1', '<'],
  ['-1,0', '<='],
  ['0', '='],
  ['0,1', '>='],
  ['1', '>'],
  ['-1,1', '<>'],
]);

/** The values, if each stands alone; undefined if any segment is wider or open. */
function pointsOf({ domain }: Variable, values: ValueSet): readonly Cut[] | undefined {
  const points: Cut[] = [];
  for (const { low, high } of segments(values)) {
    if (low === undefined || high === undefined || compareCuts(cutAfter(domain, low)!, high) !== 0) return undefined;
    points.push(low);
  }
  return points;
}

function lowBound({ operand, param }: Tested, cut: Cut): string {
  const left = operand();
  const after = textBefore(cut);
  return after === undefined ? `${left} >= ${param(cut)}` : `${left} > ${param(after)}`;
}

function highBound({ operand, param }: Tested, cut: Cut): string {
  const left = operand();
  const upTo = textBefore(cut);
  return upTo === undefined ? `${left} < ${param(cut)}` : `${left} <= ${param(upTo)}`;
}

/** The text just before a cut that lies behind a text. */
function textBefore(cut: Cut): string | undefined {
  return typeof cut === 'string' && cut.endsWith('\0') ? cut.slice(0, -1) : undefined;
}

function nameOf(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}
