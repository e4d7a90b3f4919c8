import type { Value } from '../protocol/schema.ts';

/** Clocks differ by so much where nobody is to blame. A time further ahead of ours comes from a clock that is wrong. */
export const AHEAD_MS_MAX = 60_000;

/**
 * A time of an event as it is stored. One from a wrong clock is taken as now: an event that has yet to happen would stay
 * on top of every list, never expire, and make each true report of it a late one.
 */
export function eventTime(given: Value, otherwise: number, now: number): number {
  if (given === null) return otherwise;
  return (given as number) > now + AHEAD_MS_MAX ? now : (given as number);
}
