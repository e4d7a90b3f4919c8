import type { Value } from '../protocol/schema.ts';

/** Appends a row (time, label, metrics) if a chart needs a point at this step. To be called with ascending steps. */
export type SeriesReader = (step: number, into: readonly Value[][]) => void;

/** What is read, in whole steps; both ends belong to it. */
export interface SeriesSpan {
  readonly start: number;
  readonly end: number;
  readonly stepMs: number;
}

/**
 * The past of one group: the steps at which its metrics changed, by column. Invariant: times ascend strictly, and two
 * neighbours differ, except where one was overwritten within its step. A row of only NULLs means that it was absent.
 */
export class SeriesLine {
  readonly #label: readonly Value[];
  #times: number[] = [];
  readonly #columns: Value[][];
  readonly #absentRow: readonly null[];
  /** Whether the last point says that the group is absent. */
  absent = true;

  constructor(label: readonly Value[], metrics: number) {
    this.#label = label;
    this.#columns = Array.from({ length: metrics }, () => []);
    this.#absentRow = new Array<null>(metrics).fill(null);
  }

  get size(): number {
    return this.#times.length;
  }

  get changedAt(): number {
    return this.#times.at(-1) ?? 0;
  }

  /** The metrics as of this step; undefined when the group is absent, or when nobody knows. */
  record(step: number, metrics: readonly Value[] | undefined): void {
    const row = metrics ?? this.#absentRow;
    const last = this.#times.length - 1;
    if (last < 0 && metrics === undefined) return;
    if (last >= 0 && this.absent === (metrics === undefined) && this.#equals(last, row)) return;
    this.absent = metrics === undefined;
    if (this.#times[last] === step) {
      this.#columns.forEach((column, i) => {
        column[last] = row[i]!;
      });
      return;
    }
    this.#times.push(step);
    this.#columns.forEach((column, i) => {
      column.push(row[i]!);
    });
  }

  /** A copy in longer steps: of several points in one the last is kept, as if it had been recorded so. */
  inSteps(stepMs: number): SeriesLine {
    const line = new SeriesLine(this.#label, this.#columns.length);
    for (const [i, time] of this.#times.entries()) {
      const row = this.#columns.map(column => column[i]!);
      // The columns hold only NULLs where the group was absent.
      line.record(Math.floor(time / stepMs) * stepMs, row.every(value => value === null) ? undefined : row);
    }
    return line;
  }

  /** Lets go what no longer matters at `horizon`: the point that held then stays. True when the line is over. */
  trim(horizon: number): boolean {
    const keep = Math.max(0, this.#indexAt(horizon));
    if (keep > 0) {
      this.#times.splice(0, keep);
      for (const column of this.#columns) column.splice(0, keep);
    }
    return this.absent && this.changedAt <= horizon;
  }

  /** Points at each change and just before it, and at both ends of the span. */
  reader({ start, end, stepMs }: SeriesSpan): SeriesReader {
    let at = this.#indexAt(start);
    return (step, into) => {
      while (at + 1 < this.#times.length && this.#times[at + 1]! <= step) at++;
      const since = this.#times[at];
      if (since === undefined) return;
      const edge = step === start || step === end || this.#times[at + 1] === step + stepMs;
      if (since === step || (edge && this.#columns.some(column => column[at] !== null))) this.#append(step, at, into);
    };
  }

  #append(step: number, at: number, into: readonly Value[][]): void {
    let field = 0;
    into[field++]!.push(step);
    for (const value of this.#label) into[field++]!.push(value);
    for (const column of this.#columns) into[field++]!.push(column[at]!);
  }

  /** The point that holds at a time, or -1. */
  #indexAt(time: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #equals(index: number, row: readonly Value[]): boolean {
    return this.#columns.every((column, i) => column[index] === row[i]);
  }
}
