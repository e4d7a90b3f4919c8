import { Random } from './random.ts';

export interface Histories<Step> {
  readonly seed: number;
  readonly count: number;
  /** Steps must make sense alone, since shrinking leaves some out: "put row 3", not "change the last row". */
  readonly generate: (random: Random) => Step[];
  /** Throws at the first step after which something is wrong. */
  readonly run: (steps: readonly Step[]) => void;
}

/** Runs random histories; a failing one is shrunk and reported with its seed and the steps that are left. */
export function checkHistories<Step>({ seed, count, generate, run }: Histories<Step>): void {
  for (let i = 0; i < count; i++) {
    const steps = generate(new Random(seed + i));
    if (failure(run, steps) === undefined) continue;
    const least = shrink(steps, shorter => failure(run, shorter) !== undefined);
    const cause = failure(run, least);
    const told = least.map(step => JSON.stringify(step)).join('\n');
    throw new Error(`seed ${seed + i}, ${least.length} of ${steps.length} steps:\n${told}\n${cause?.message}`, {
      cause,
    });
  }
}

function failure<Step>(run: (steps: readonly Step[]) => void, steps: readonly Step[]): Error | undefined {
  try {
    run(steps);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Leaves out ever smaller pieces as long as it still fails. */
function shrink<Step>(steps: readonly Step[], fails: (steps: readonly Step[]) => boolean): readonly Step[] {
  let least = steps;
  for (let piece = Math.ceil(steps.length / 2); ; piece = Math.ceil(piece / 2)) {
    for (let from = 0; from < least.length; ) {
      const shorter = [...least.slice(0, from), ...least.slice(from + piece)];
      if (fails(shorter)) least = shorter;
      else from += piece;
    }
    if (piece === 1) return least;
  }
}
