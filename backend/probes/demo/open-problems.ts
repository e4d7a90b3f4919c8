import type { Random } from '../../lib/random.ts';
import type { Beat } from './incident.ts';

export interface OpenProblem {
  /** What was last reported about it. */
  last: Beat;
  acknowledged: boolean;
}

/** The problems that are reported and not resolved; any of them can be picked in constant time. */
export class OpenProblems {
  readonly #list: OpenProblem[] = [];
  readonly #indexOf = new Map<string, number>();

  get size(): number {
    return this.#list.length;
  }

  has(identifier: string): boolean {
    return this.#indexOf.has(identifier);
  }

  report(beat: Beat): void {
    const { identifier } = beat.problem;
    const index = this.#indexOf.get(identifier);
    if (beat.severity === 0) this.#remove(identifier, index);
    else if (index !== undefined) this.#list[index]!.last = beat;
    else this.#indexOf.set(identifier, this.#list.push({ last: beat, acknowledged: false }) - 1);
  }

  pick(random: Random): OpenProblem | undefined {
    return this.#list.length === 0 ? undefined : random.pick(this.#list);
  }

  #remove(identifier: string, index: number | undefined): void {
    if (index === undefined) return;
    const moved = this.#list.pop()!;
    this.#indexOf.delete(identifier);
    if (index === this.#list.length) return;
    this.#list[index] = moved;
    this.#indexOf.set(moved.last.problem.identifier, index);
  }
}
