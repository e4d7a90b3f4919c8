/** What a filter's text says, before it is known whether it fits a table. Offsets are UTF-16 units, `end` exclusive. */

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS' | 'IS NOT';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

interface Span {
  readonly start: number;
  readonly end: number;
  /** Where it stands for a name: `start` is that of the name, the parts' are of the text that is kept under it. */
  readonly named?: NameExpanded | undefined;
}

export interface NameExpanded {
  readonly name: string;
  /** Of the expression, in the kept text. */
  readonly start: number;
  /** When all that the kept text says is another name. */
  readonly named: NameExpanded | undefined;
}

export interface Literal extends Span {
  readonly kind: 'literal';
  readonly value: string | number | null;
  /** TRUE and FALSE are 1 and 0 with this mark; 5.0 and 1e3 are real; 5m is an integer of milliseconds. */
  readonly form: 'text' | 'integer' | 'real' | 'boolean' | 'null' | 'duration';
}
export interface ColumnName extends Span {
  readonly kind: 'column';
  readonly name: string;
}
export interface Now extends Span {
  readonly kind: 'now';
}
/** `@name` or `filter(name)`: a condition kept under a name. */
export interface Reference extends Span {
  readonly kind: 'reference';
  readonly name: string;
}
export interface Negative extends Span {
  readonly kind: 'negative';
  readonly operand: Expression;
}
export interface Arithmetic extends Span {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Comparison extends Span {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Between extends Span {
  readonly kind: 'between';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
}
export interface In extends Span {
  readonly kind: 'in';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly items: readonly Expression[];
}
export interface Like extends Span {
  readonly kind: 'like';
  readonly operator: 'LIKE' | 'GLOB';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escapedBy?: Expression;
}
export interface Not extends Span {
  readonly kind: 'not';
  readonly operand: Expression;
}
/** `a AND b AND c` is one node of three operands, so that long lists do not nest. */
export interface Logic extends Span {
  readonly kind: 'logic';
  readonly operator: 'AND' | 'OR';
  readonly operands: readonly Expression[];
}

export type Expression =
  | Literal
  | ColumnName
  | Now
  | Reference
  | Negative
  | Arithmetic
  | Comparison
  | Between
  | In
  | Like
  | Not
  | Logic;

/** The expressions right inside one. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'negative':
    case 'not':
      return [expression.operand];
    case 'arithmetic':
    case 'comparison':
      return [expression.left, expression.right];
    case 'between':
      return [expression.operand, expression.low, expression.high];
    case 'in':
      return [expression.operand, ...expression.items];
    case 'like':
      return [expression.operand, expression.pattern];
    case 'logic':
      return expression.operands;
    default:
      return [];
  }
}
