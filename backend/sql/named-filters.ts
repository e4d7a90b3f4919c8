import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Expression, Reference } from './expression.ts';
import { EXPANDED_NODES_MAX, NESTING_MAX } from './limits.ts';
import { parseFilter } from './parser.ts';

/** Where named filters are kept. */
export interface NamedFilters {
  readonly resolve?: (name: string) => string | undefined;
  /** What a mistyped name may have meant. */
  readonly names?: () => Iterable<string>;
}

/**
 * Replaces every reference by what its name stands for, so that a name never tells two equal filters apart. Errors
 * inside a named filter keep the position of the reference in the text that was asked.
 */
export function expandNames(expression: Expression, named: NamedFilters): Expression {
  return new Expansion(named).expand(expression, [], 0);
}

class Expansion {
  readonly #named: NamedFilters;
  readonly #parsed = new Map<string, Expression>();
  #nodes = 0;

  constructor(named: NamedFilters) {
    this.#named = named;
  }

  /** `path` is the names that are being expanded, outermost first. */
  expand(expression: Expression, path: readonly string[], depth: number): Expression {
    this.#count(expression, depth);
    const inner = (part: Expression): Expression => this.expand(part, path, depth + 1);
    switch (expression.kind) {
      case 'reference':
        return this.#referenced(expression, path, depth);
      case 'logic':
        return { ...expression, operands: expression.operands.map(inner) };
      case 'not':
        return { ...expression, operand: inner(expression.operand) };
      case 'comparison':
        return { ...expression, left: inner(expression.left), right: inner(expression.right) };
      default:
        return expression; // values, in which a condition has no place
    }
  }

  #count({ start }: Expression, depth: number): void {
    if (++this.#nodes > EXPANDED_NODES_MAX)
      throw new PanelcastError(
        'bad-filter',
        `the filter has more than ${EXPANDED_NODES_MAX} parts once its names are expanded`,
        {
          position: start,
        },
      );
    if (depth > NESTING_MAX)
      throw new PanelcastError(
        'bad-filter',
        `the filter nests deeper than ${NESTING_MAX} once its names are expanded`,
        {
          position: start,
        },
      );
  }

  #referenced({ name, start, end }: Reference, path: readonly string[], depth: number): Expression {
    if (path.includes(name))
      throw new PanelcastError(
        'bad-filter',
        `named filters in a circle: ${[...path, name].map(each => `@${each}`).join(' → ')}`,
        {
          position: start,
        },
      );
    const body = this.#parse(name, start);
    try {
      const expanded = this.expand(body, [...path, name], depth + 1);
      return { ...expanded, start, end, named: { name, start: expanded.start, named: expanded.named } };
    } catch (error) {
      throw atReference(error, start);
    }
  }

  #parse(name: string, start: number): Expression {
    const known = this.#parsed.get(name);
    if (known !== undefined) return known;
    const text = this.#named.resolve?.(name);
    if (text === undefined) throw unknownName(name, this.#named, start);
    try {
      const body = parseFilter(text);
      this.#parsed.set(name, body);
      return body;
    } catch (error) {
      throw atReference(error, start, name);
    }
  }
}

function unknownName(name: string, named: NamedFilters, position: number): PanelcastError {
  const meant = nearest(name, named.names?.() ?? []);
  const hint = meant === undefined ? '' : `; did you mean @${meant}?`;
  return new PanelcastError('bad-filter', `unknown named filter @${name} at ${position}${hint}`, { position });
}

/**
 * Checks an expression that may stand for a name. What is wrong in the text that is kept under it is told with the name,
 * as its offsets are of that text.
 */
export function checkNamed<T>(expression: Expression, check: (expression: Expression) => T): T {
  const { named } = expression;
  if (named === undefined) return check(expression);
  try {
    return checkNamed({ ...expression, start: named.start, named: named.named }, check);
  } catch (error) {
    throw atReference(error, expression.start, isTold(error) ? undefined : named.name);
  }
}

/** By the innermost name, which is what has to be mended. */
function isTold(error: unknown): boolean {
  return error instanceof PanelcastError && error.cause instanceof PanelcastError;
}

/** A fault within a named filter, told at the place where that was referred to. */
function atReference(error: unknown, position: number, name?: string): unknown {
  if (!(error instanceof PanelcastError)) return error;
  const message = name === undefined ? error.message : `in @${name}: ${error.message}`;
  return new PanelcastError(error.code, message, { cause: error, position });
}
