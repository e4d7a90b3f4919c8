/** An expression as a person would write it: capitals for keywords, no needless parentheses, one space. */
import type { Expression, Literal } from './expression.ts';
import { KEYWORDS, POWER } from './grammar.ts';

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression);
    case 'column':
      return printName(expression.name);
    case 'now':
      return 'now()';
    case 'reference':
      return `filter(${printName(expression.name)})`;
    case 'negative':
      return `-${within(expression.operand, SIGN)}`;
    case 'not':
      return `NOT ${within(expression.operand, POWER.not)}`;
    case 'logic':
      return printLogic(expression.operands, expression.operator);
    case 'arithmetic':
    case 'comparison': {
      const power = powerOf(expression);
      return `${within(expression.left, power)} ${expression.operator} ${within(expression.right, power + 1)}`;
    }
    default:
      return printPredicate(expression);
  }
}

function printLogic(operands: readonly Expression[], operator: 'AND' | 'OR'): string {
  const power = (operator === 'AND' ? POWER.and : POWER.or) + 1;
  return operands.map(operand => within(operand, power)).join(` ${operator} `);
}

function printPredicate(expression: Extract<Expression, { negated: boolean }>): string {
  const operand = within(expression.operand, POWER.equality);
  const tight = POWER.equality + 1;
  const not = expression.negated ? ' NOT' : '';
  switch (expression.kind) {
    case 'between':
      return `${operand}${not} BETWEEN ${within(expression.low, tight)} AND ${within(expression.high, tight)}`;
    case 'in':
      return `${operand}${not} IN (${expression.items.map(printExpression).join(', ')})`;
    case 'like': {
      const escapedBy = expression.escapedBy === undefined ? '' : ` ESCAPE ${within(expression.escapedBy, tight)}`;
      return `${operand}${not} ${expression.operator} ${within(expression.pattern, tight)}${escapedBy}`;
    }
  }
}

const SIGN = POWER.product + 1;

/** In parentheses unless it binds at least as tightly as its place asks. */
function within(expression: Expression, power: number): string {
  const text = printExpression(expression);
  return powerOf(expression) < power ? `(${text})` : text;
}

function powerOf(expression: Expression): number {
  switch (expression.kind) {
    case 'logic':
      return expression.operator === 'AND' ? POWER.and : POWER.or;
    case 'not':
      return POWER.not;
    case 'arithmetic':
      return '+-'.includes(expression.operator) ? POWER.sum : POWER.product;
    case 'comparison':
      return '<=>='.includes(expression.operator) && expression.operator !== '=' ? POWER.order : POWER.equality;
    case 'between':
    case 'in':
    case 'like':
      return POWER.equality;
    case 'negative':
      return SIGN;
    default:
      return SIGN + 1;
  }
}

function printLiteral({ value, form }: Literal): string {
  if (form === 'boolean') return value === 1 ? 'TRUE' : 'FALSE';
  if (form === 'text') return `'${String(value).replaceAll("'", "''")}'`;
  if (form === 'real' && Number.isInteger(value)) return Number(value) < 1e21 ? `${value}.0` : String(value);
  return value === null ? 'NULL' : String(value);
}

function printName(name: string): string {
  const bare = /^[A-Za-z_][\w$]*$/.test(name) && !KEYWORDS.has(name.toUpperCase());
  return bare ? name : `"${name.replaceAll('"', '""')}"`;
}
