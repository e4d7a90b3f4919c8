import type { AdHocVariableFilter } from '@grafana/data';
import { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import type { Expression } from '../../backend/sql/expression.ts';
import { parseFilter } from '../../backend/sql/parser.ts';
import { printExpression } from '../../backend/sql/print.ts';

const NOWHERE = { start: 0, end: 0 } as const;
const TRUE: Expression = { kind: 'literal', value: 1, form: 'boolean', ...NOWHERE };

/** The filter and every ad hoc filter, joined as trees. */
export function withAdHocFilters(filter: string, adHoc: readonly AdHocVariableFilter[]): string {
  const conditions = adHoc.filter(({ key }) => key !== '').map(conditionOf);
  if (conditions.length === 0) return filter;
  const operands = filter.trim() === '' ? conditions : [parseFilter(filter), ...conditions];
  return printExpression(operands.length === 1 ? operands[0]! : and(operands));
}

/** Rows without a value differ from every value: `!=` keeps them. */
function conditionOf({ key, operator, value, values }: AdHocVariableFilter): Expression {
  const column: Expression = { kind: 'column', name: key, ...NOWHERE };
  const right = text(value);
  // A saved dashboard may have the first of several alone.
  const items = (values?.length ? values : [value]).map(text);
  switch (operator) {
    case '=':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return { kind: 'comparison', operator, left: column, right, ...NOWHERE };
    case '!=':
      return { kind: 'comparison', operator: 'IS NOT', left: column, right, ...NOWHERE };
    case '=|':
      return { kind: 'in', negated: false, operand: column, items, ...NOWHERE };
    case '!=|':
      return orNull(column, { kind: 'in', negated: true, operand: column, items, ...NOWHERE });
    case '=~':
      // Grafana's word for a filter that is set aside: rows without a value too.
      return value === '.*' ? TRUE : like(column, value, false);
    case '!~':
      return orNull(column, like(column, value, true));
    default:
      throw new PanelcastError('bad-filter', `ad hoc filters have no operator ${operator}`);
  }
}

/** What people write as a pattern in Grafana, `.*` or `*` for anything, as the filter language has it. */
function like(column: Expression, value: string, negated: boolean): Expression {
  const escaped = value.replace(/[\\%_]/g, found => `\\${found}`);
  const parts = escaped.split(/\.?\*/);
  const pattern = parts.length === 1 ? `%${escaped}%` : parts.join('%');
  return {
    kind: 'like',
    operator: 'LIKE',
    negated,
    operand: column,
    pattern: text(pattern),
    escapedBy: text('\\'),
    ...NOWHERE,
  };
}

function orNull(column: Expression, condition: Expression): Expression {
  const none: Expression = { kind: 'literal', value: null, form: 'null', ...NOWHERE };
  const isNull: Expression = { kind: 'comparison', operator: 'IS', left: column, right: none, ...NOWHERE };
  return { kind: 'logic', operator: 'OR', operands: [condition, isNull], ...NOWHERE };
}

function and(operands: readonly Expression[]): Expression {
  return { kind: 'logic', operator: 'AND', operands, ...NOWHERE };
}

function text(value: string): Expression {
  return { kind: 'literal', value, form: 'text', ...NOWHERE };
}
