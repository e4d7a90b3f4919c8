import type { Value } from '../../protocol/schema.ts';

/**
 * What one metric remembers of one group. NULLs never reach it: SQL's aggregates ignore them.
 * Invariant: what `write` appends depends on the values now inside, not on the history that led there.
 */
export interface Accumulator {
  add(value: string | number): void;
  /** Only of a value that was added and not removed since. */
  remove(value: string | number): void;
  /** Appends the current values, one a field of the metric. */
  write(into: Value[]): void;
}
