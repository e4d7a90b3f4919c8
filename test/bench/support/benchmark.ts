/** One run's figures by name; the unit stands last in the name: `ready ms`, `idle RSS MB`. */
export type Figures = Readonly<Record<string, number>>;

export interface Contender {
  readonly name: string;
  /** One run, from a fresh start to its figures. Every contender of a case gives the same ones, or some of them. */
  run(): Promise<Figures>;
  /** After the last run. */
  close?(): Promise<void>;
}

/** What must hold of the first contender: of a figure's median, or of its ratio to that of a peer. */
export interface Bar {
  readonly figure: string;
  readonly peer?: string;
  readonly max?: number;
  readonly min?: number;
}

export interface Case {
  readonly name: string;
  /** The one that is measured, then its peers. They run in turns (A B A B …), so that a noisy machine is fair. */
  readonly contenders: readonly [Contender, ...Contender[]];
  readonly bars?: readonly Bar[];
  /** Counted turns, default 5. */
  readonly runs?: number;
  /** One more turn before them, which is not counted: default true. Contenders in processes of their own need none. */
  readonly rehearsal?: boolean;
}

/** `test/bench/<name>.bench.ts` exports one as `benchmark`; `npm run bench -- <name>` runs it. */
export interface Benchmark {
  readonly name: string;
  /** What is measured, and what a reader has to know to judge it. */
  readonly sentence: string;
  readonly cases: readonly Case[];
}
