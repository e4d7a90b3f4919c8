import type { Bar, Case, Contender } from './benchmark.ts';

export const RUNS = 5;

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Each run's, in order. */
  readonly values: readonly number[];
}

export interface Outcome {
  readonly contender: string;
  readonly figure: string;
  readonly spread: Spread;
  /** The first contender's median by this one's; absent for the first itself. */
  readonly ratio?: number;
}

export interface Verdict {
  readonly bar: Bar;
  readonly value: number;
  readonly met: boolean;
}

export interface CaseResult {
  readonly name: string;
  readonly runs: number;
  readonly outcomes: readonly Outcome[];
  readonly verdicts: readonly Verdict[];
}

/** All contenders once unseen, to fill caches alike, then in turns. */
export async function measure({
  name,
  contenders,
  bars = [],
  runs = RUNS,
  rehearsal = true,
}: Case): Promise<CaseResult> {
  const values = new Map<Contender, Map<string, number[]>>();
  try {
    for (let turn = rehearsal ? -1 : 0; turn < runs; turn++) {
      for (const contender of contenders) {
        const figures = await contender.run();
        if (turn >= 0) for (const [figure, value] of Object.entries(figures)) note(values, contender, figure, value);
      }
    }
  } finally {
    for (const contender of contenders) await contender.close?.();
  }
  const outcomes = contenders.flatMap(contender => outcomesOf(contender, values, contenders[0]));
  return { name, runs, outcomes, verdicts: bars.map(bar => judge(bar, outcomes, contenders[0].name)) };
}

type Values = Map<Contender, Map<string, number[]>>;

function note(values: Values, contender: Contender, figure: string, value: number): void {
  const figures = values.get(contender) ?? new Map<string, number[]>();
  values.set(contender, figures.set(figure, [...(figures.get(figure) ?? []), value]));
}

function outcomesOf(contender: Contender, values: Values, first: Contender): Outcome[] {
  return [...(values.get(contender) ?? [])].map(([figure, list]) => {
    const spread = spreadOf(list);
    const own = values.get(first)?.get(figure);
    const outcome = { contender: contender.name, figure, spread };
    return contender === first || own === undefined
      ? outcome
      : { ...outcome, ratio: spreadOf(own).median / spread.median };
  });
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)!, values };
}

function judge(bar: Bar, outcomes: readonly Outcome[], first: string): Verdict {
  const contender = bar.peer ?? first;
  const outcome = outcomes.find(one => one.contender === contender && one.figure === bar.figure);
  const value = bar.peer === undefined ? outcome?.spread.median : outcome?.ratio;
  if (value === undefined) throw new Error(`the bar on “${bar.figure}” of ${contender} has nothing to judge`);
  return { bar, value, met: value <= (bar.max ?? Infinity) && value >= (bar.min ?? -Infinity) };
}
