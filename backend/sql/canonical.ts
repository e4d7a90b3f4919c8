import { type Condition, type Test, testsOf, truthOf } from './condition.ts';
import { branch, type Diagram, NO, YES } from './diagram.ts';
import { DiagramSpace, TooManySteps } from './diagram-space.ts';
import { DIAGRAM_STEPS_MAX, DIAGRAM_VARIABLES_MAX } from './limits.ts';
import { earliest, fallsAt } from './next-change.ts';
import { columnVariable, type Variable, wholeVariable } from './variable.ts';

/**
 * The diagram that is true exactly where the condition is TRUE. A condition whose diagram would be too large becomes one
 * variable, named by its sorted text: still exact, but equal only to its own rearrangements.
 */
export function diagramOf(condition: Condition, stepsMax = DIAGRAM_STEPS_MAX): Diagram {
  const variables = new Set(testsOf(condition).map(({ variable }) => variable.key));
  if (variables.size > DIAGRAM_VARIABLES_MAX) return wholeDiagram(condition);
  try {
    return new Builder(new DiagramSpace(stepsMax)).whereTrue(condition);
  } catch (error) {
    if (!(error instanceof TooManySteps)) throw error;
    return wholeDiagram(condition);
  }
}

function wholeDiagram(condition: Condition): Diagram {
  const tests = testsOf(condition);
  const clocks = tests.filter(({ variable }) => variable.relative);
  const variable = wholeVariable(
    sortedText(condition, false),
    tests.map(test => test.variable),
    {
      isTrue: (row, nowMs) => truthOf(condition, row, nowMs) === true,
      changesAt: (row, nowMs) =>
        earliest(clocks.map(({ variable, values }) => fallsAt(variable, values.cuts, row, nowMs))),
    },
  );
  return branch(variable, NO, [1], [NO, YES]);
}

/** Every condition of three truths is two diagrams of two: where it is TRUE, and where it is FALSE. */
class Builder {
  readonly #space: DiagramSpace;

  constructor(space: DiagramSpace) {
    this.#space = space;
  }

  whereTrue(condition: Condition): Diagram {
    switch (condition.kind) {
      case 'fixed':
        return condition.value === true ? YES : NO;
      case 'test':
        return this.#test(condition, true);
      case 'not':
        return this.whereFalse(condition.part);
      case 'is':
        return this.#where(condition.part, condition.value);
      default:
        return this.#space.junction(
          condition.kind,
          condition.parts.map(part => this.whereTrue(part)),
        );
    }
  }

  whereFalse(condition: Condition): Diagram {
    switch (condition.kind) {
      case 'fixed':
        return condition.value === false ? YES : NO;
      case 'test':
        return this.#test(condition, false);
      case 'not':
        return this.whereTrue(condition.part);
      case 'is':
        return this.#space.complement(this.#where(condition.part, condition.value));
      default: {
        const parts = condition.parts.map(part => this.whereFalse(part));
        return this.#space.junction(condition.kind === 'and' ? 'or' : 'and', parts);
      }
    }
  }

  #where(condition: Condition, value: boolean | null): Diagram {
    if (value !== null) return value ? this.whereTrue(condition) : this.whereFalse(condition);
    return this.#space.complement(this.#space.junction('or', [this.whereTrue(condition), this.whereFalse(condition)]));
  }

  #test({ variable, values, whenNull }: Test, wanted: boolean): Diagram {
    const inside = wanted ? YES : NO;
    const outside = wanted ? NO : YES;
    const ifNull = whenNull === wanted ? YES : NO;
    const children = Array.from({ length: values.cuts.length + 1 }, (_, i) =>
      (i % 2 === 0) === values.first ? inside : outside,
    );
    const node = this.#space.branch(variable, ifNull, values.cuts, children);
    return variable.index >= 0 ? node : this.#guarded(node, variable, ifNull);
  }

  /** What is computed from columns is asked only where none of them is NULL, so it need not know what NULL does to it. */
  #guarded(node: Diagram, variable: Variable, ifNull: Diagram): Diagram {
    const columns = variable.columns.map(columnVariable);
    const known = columns.map(column => this.#space.branch(column, NO, [], [YES]));
    const inside = this.#space.junction('and', [...known, node]);
    if (ifNull === NO) return inside;
    return this.#space.junction('or', [inside, this.#space.complement(this.#space.junction('and', known))]);
  }
}

/** Negations pushed down to the tests, operands sorted, repetitions dropped. */
function sortedText(condition: Condition, negated: boolean): string {
  switch (condition.kind) {
    case 'fixed':
      return String(negated && condition.value !== null ? !condition.value : condition.value);
    case 'test': {
      const { variable, values, whenNull } = condition;
      return `${negated ? '!' : ''}${JSON.stringify([variable.key, values.first, values.cuts, whenNull])}`;
    }
    case 'not':
      return sortedText(condition.part, !negated);
    case 'is':
      return `${negated ? '!' : ''}is(${sortedText(condition.part, false)},${condition.value})`;
    default: {
      const kind = negated === (condition.kind === 'and') ? 'or' : 'and';
      const parts = new Set(
        condition.parts.flatMap(part => flattened(part, condition.kind)).map(part => sortedText(part, negated)),
      );
      return `${kind}(${[...parts].sort().join(',')})`;
    }
  }
}

function flattened(part: Condition, kind: 'and' | 'or'): readonly Condition[] {
  return part.kind === kind ? part.parts.flatMap(inner => flattened(inner, kind)) : [part];
}
