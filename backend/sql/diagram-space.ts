import { type Branch, branch, type Diagram, isLeaf, NO, YES } from './diagram.ts';
import { type Cut, compareCuts } from './domain.ts';
import type { Variable } from './variable.ts';

/** Thrown when a diagram takes more steps than it may; whoever makes diagrams catches it. */
export class TooManySteps extends Error {
  override readonly name = 'TooManySteps';
}

/** Within one space equal diagrams are one object. Nothing outlives it but the diagrams that are taken out. */
export class DiagramSpace {
  readonly #nodes = new Map<string, Branch>();
  readonly #numbers = new Map<Diagram, number>([
    [NO, 0],
    [YES, 1],
  ]);
  readonly #results = { and: new Map<number, Map<number, Diagram>>(), or: new Map<number, Map<number, Diagram>>() };
  #stepsLeft: number;

  constructor(stepsMax: number) {
    this.#stepsLeft = stepsMax;
  }

  branch(variable: Variable, whenNull: Diagram, cuts: readonly Cut[], children: readonly Diagram[]): Diagram {
    this.#spend(1 + (children.length >> 4));
    const made = branch(variable, whenNull, cuts, children);
    if (isLeaf(made) || this.#numbers.has(made)) return made;
    const key = this.#keyOf(made);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    this.#nodes.set(key, made);
    this.#numbers.set(made, this.#numbers.size);
    return made;
  }

  /** Operands of like variables are joined first, in halves: long lists cost n log n. */
  junction(kind: 'and' | 'or', operands: readonly Diagram[]): Diagram {
    const sorted = [...operands].sort((a, b) => compareKeys(a.variable?.key ?? '', b.variable?.key ?? ''));
    return this.#halves(kind, sorted, 0, sorted.length);
  }

  complement(diagram: Diagram): Diagram {
    const done = new Map<Diagram, Diagram>([
      [YES, NO],
      [NO, YES],
    ]);
    const visit = (at: Diagram): Diagram => {
      const known = done.get(at);
      if (known !== undefined || isLeaf(at)) return known!;
      const result = this.branch(at.variable, visit(at.whenNull), at.cuts, at.children.map(visit));
      done.set(at, result);
      return result;
    };
    return visit(diagram);
  }

  /** The same function with another branch in place of each branch on the variable. */
  replace(diagram: Diagram, variable: Variable, replacement: (at: Branch) => Diagram): Diagram {
    const done = new Map<Diagram, Diagram>();
    const visit = (at: Diagram): Diagram => {
      if (isLeaf(at)) return at;
      const known = done.get(at);
      if (known !== undefined) return known;
      const result =
        at.variable.key === variable.key
          ? visit(replacement(at))
          : this.branch(at.variable, visit(at.whenNull), at.cuts, at.children.map(visit));
      done.set(at, result);
      return result;
    };
    return visit(diagram);
  }

  #halves(kind: 'and' | 'or', operands: readonly Diagram[], from: number, to: number): Diagram {
    if (from === to) return kind === 'and' ? YES : NO;
    if (to - from === 1) return operands[from]!;
    const middle = (from + to) >> 1;
    return this.#join(kind, this.#halves(kind, operands, from, middle), this.#halves(kind, operands, middle, to));
  }

  #join(kind: 'and' | 'or', a: Diagram, b: Diagram): Diagram {
    const neutral = kind === 'and' ? YES : NO;
    const absorbing = kind === 'and' ? NO : YES;
    if (a === absorbing || b === absorbing) return absorbing;
    if (a === neutral || a === b) return b;
    if (b === neutral) return a;
    const [low, high] = this.#numbers.get(a)! < this.#numbers.get(b)! ? [a, b] : [b, a];
    const results = this.#resultsOf(kind, low);
    const number = this.#numbers.get(high)!;
    const known = results.get(number);
    if (known !== undefined) return known;
    const result = this.#joinBranches(kind, low as Branch, high as Branch);
    results.set(number, result);
    return result;
  }

  #resultsOf(kind: 'and' | 'or', low: Diagram): Map<number, Diagram> {
    const number = this.#numbers.get(low)!;
    const known = this.#results[kind].get(number);
    if (known !== undefined) return known;
    const results = new Map<number, Diagram>();
    this.#results[kind].set(number, results);
    return results;
  }

  #joinBranches(kind: 'and' | 'or', a: Branch, b: Branch): Diagram {
    const order = compareKeys(a.variable.key, b.variable.key);
    if (order !== 0) {
      const [upper, lower] = order < 0 ? [a, b] : [b, a];
      const children = upper.children.map(child => this.#join(kind, child, lower));
      return this.branch(upper.variable, this.#join(kind, upper.whenNull, lower), upper.cuts, children);
    }
    const cuts: Cut[] = [];
    const children = [this.#join(kind, a.children[0]!, b.children[0]!)];
    let i = 0;
    let j = 0;
    while (i < a.cuts.length || j < b.cuts.length) {
      const side = i === a.cuts.length ? 1 : j === b.cuts.length ? -1 : compareCuts(a.cuts[i]!, b.cuts[j]!);
      cuts.push(side <= 0 ? a.cuts[i]! : b.cuts[j]!);
      if (side <= 0) i++;
      if (side >= 0) j++;
      children.push(this.#join(kind, a.children[i]!, b.children[j]!));
    }
    return this.branch(a.variable, this.#join(kind, a.whenNull, b.whenNull), cuts, children);
  }

  #keyOf({ variable, whenNull, cuts, children }: Branch): string {
    const numbers = children.map(child => this.#numbers.get(child)!);
    return `${variable.key}|${this.#numbers.get(whenNull)!}|${numbers}|${JSON.stringify(cuts)}`;
  }

  #spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw new TooManySteps();
  }
}

function compareKeys(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
