/** Rewrites of expressions that keep their meaning in three-valued logic, one at a random place at a time. */
import type { Expression, Logic } from '../../../backend/sql/expression.ts';
import { parseFilter } from '../../../backend/sql/parser.ts';
import type { Random } from '../../support/random.ts';
import { randomAtom } from './random-filters.ts';

const SPAN = { start: 0, end: 0 } as const;

export function rewritten(expression: Expression, random: Random): Expression {
  if (expression.kind === 'logic' && random.chance(0.6)) {
    const at = random.int(expression.operands.length);
    const operands = expression.operands.map((operand, i) => (i === at ? rewritten(operand, random) : operand));
    return { ...expression, operands };
  }
  if (expression.kind === 'not' && random.chance(0.6))
    return { ...expression, operand: rewritten(expression.operand, random) };
  return random.pick(RULES)(expression, random);
}

type Rule = (expression: Expression, random: Random) => Expression;

const RULES: readonly Rule[] = [
  shuffled,
  regrouped,
  negated,
  deMorgan,
  distributed,
  mirrored,
  spelledOut,
  expression => not(not(expression)),
  (expression, random) => logic(random.pick(['AND', 'OR']), [expression, expression]),
  (expression, random) => logic('OR', [expression, logic('AND', [expression, atom(random)])]),
  (expression, random) => logic('AND', [logic('OR', [atom(random), expression]), expression]),
  expression => logic('AND', [expression, parseFilter('TRUE')]),
  expression => logic('OR', [parseFilter('1 > 2'), expression]),
];

function logic(operator: Logic['operator'], operands: readonly Expression[]): Expression {
  return { kind: 'logic', operator, operands, ...SPAN };
}
function not(operand: Expression): Expression {
  return { kind: 'not', operand, ...SPAN };
}
function atom(random: Random): Expression {
  return parseFilter(randomAtom(random).ours);
}

function shuffled(expression: Expression, random: Random): Expression {
  if (expression.kind !== 'logic') return expression;
  const operands = [...expression.operands];
  for (let i = operands.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [operands[i], operands[j]] = [operands[j]!, operands[i]!];
  }
  return { ...expression, operands };
}

function regrouped(expression: Expression): Expression {
  if (expression.kind !== 'logic' || expression.operands.length < 3) return expression;
  const [first, ...others] = expression.operands;
  return logic(expression.operator, [first!, logic(expression.operator, others)]);
}

const OPPOSITE = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  IS: 'IS NOT',
  'IS NOT': 'IS',
} as const;

function negated(expression: Expression): Expression {
  switch (expression.kind) {
    case 'comparison':
      return not({ ...expression, operator: OPPOSITE[expression.operator] });
    case 'between':
    case 'in':
    case 'like':
      return not({ ...expression, negated: !expression.negated });
    default:
      return expression;
  }
}

function deMorgan(expression: Expression): Expression {
  if (expression.kind === 'logic')
    return not(logic(expression.operator === 'AND' ? 'OR' : 'AND', expression.operands.map(not)));
  const { kind } = expression;
  if (kind !== 'not' || expression.operand.kind !== 'logic') return expression;
  const inner = expression.operand;
  return logic(inner.operator === 'AND' ? 'OR' : 'AND', inner.operands.map(not));
}

function distributed(expression: Expression): Expression {
  if (expression.kind !== 'logic') return expression;
  const { operator } = expression;
  const at = expression.operands.findIndex(operand => operand.kind === 'logic' && operand.operator !== operator);
  const inner = expression.operands[at];
  if (inner?.kind !== 'logic') return expression;
  const others = expression.operands.filter((_, i) => i !== at);
  return logic(
    inner.operator,
    inner.operands.map(operand => logic(operator, [...others, operand])),
  );
}

const MIRROR = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function mirrored(expression: Expression): Expression {
  if (expression.kind !== 'comparison') return expression;
  const { operator, left, right } = expression;
  if (operator === 'IS' || operator === 'IS NOT') return expression; // IS TRUE asks for truth, TRUE IS x for a value
  return { ...expression, operator: MIRROR[operator], left: right, right: left };
}

function spelledOut(expression: Expression): Expression {
  if (expression.kind === 'between' && !expression.negated) {
    const { operand: left, low, high } = expression;
    return logic('AND', [
      { kind: 'comparison', operator: '<=', left, right: high, ...SPAN },
      { kind: 'comparison', operator: '>=', left, right: low, ...SPAN },
    ]);
  }
  if (expression.kind !== 'in' || expression.negated || expression.items.length === 0) return expression;
  const { operand: left, items } = expression;
  const equals = items.map((right): Expression => ({ kind: 'comparison', operator: '=', left, right, ...SPAN }));
  return equals.length === 1 ? equals[0]! : logic('OR', equals);
}
