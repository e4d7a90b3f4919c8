import { Random } from '../../lib/random.ts';
import type { OpenProblems } from './open-problems.ts';

export interface Acknowledgement {
  readonly owner: string;
  readonly ownerGroup: string;
  readonly identifiers: readonly string[];
}

const OPERATORS: readonly (readonly [owner: string, group: string])[] = [
  ['amara', 'Network'],
  ['jonas', 'Network'],
  ['mei', 'Network'],
  ['priya', 'Systems'],
  ['diego', 'Systems'],
  ['fatima', 'Databases'],
];

/** An open problem is looked at once in this time, on average. */
const LOOK_EVERY_MS = 8 * 60_000;
const WORTH_IT = 3;

/** The people of the simulated control room: they acknowledge some of what is severe. As deterministic as the network. */
export class DemoOperators {
  readonly #random: Random;
  #looks = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  step(open: OpenProblems, dtMs: number): Acknowledgement[] {
    this.#looks += (open.size * dtMs) / LOOK_EVERY_MS;
    const taken = OPERATORS.map(([owner, ownerGroup]) => ({ owner, ownerGroup, identifiers: [] as string[] }));
    for (; this.#looks >= 1; this.#looks--) {
      const problem = open.pick(this.#random);
      if (!problem || problem.acknowledged || problem.last.severity < WORTH_IT) continue;
      problem.acknowledged = true;
      this.#random.pick(taken).identifiers.push(problem.last.problem.identifier);
    }
    return taken.filter(({ identifiers }) => identifiers.length > 0);
  }
}

/** As an operator would write it. */
export function acknowledgementSql(acknowledgement: Acknowledgement): { sql: string; params: string[] } {
  const { owner, ownerGroup, identifiers } = acknowledgement;
  const places = identifiers.map(() => '?').join(', ');
  return {
    sql: `UPDATE events SET acknowledged = 1, owner = ?, owner_group = ? WHERE acknowledged = 0 AND identifier IN (${places})`,
    params: [owner, ownerGroup, ...identifiers],
  };
}
