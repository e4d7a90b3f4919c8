import type { Encode } from '../streams/stream.ts';
import type { LiveStream } from './live-stream.ts';

/** What one stream has in a cut: taken at its instant, encoded later. */
export interface Taken {
  readonly live: LiveStream;
  readonly encode: Encode;
}

/**
 * The order of a sweep: request set by request set, of each the metrics first, and the streams of one view together.
 * The round robin starts one set further each turn.
 */
export function inCutOrder(taken: readonly Taken[], turn: number): readonly Taken[] {
  const sorted = taken.toSorted(byPlace);
  const starts: number[] = [];
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i]!.live.entry.set !== sorted[i - 1]!.live.entry.set) starts.push(i);
  const first = starts[turn % starts.length] ?? 0;
  return first === 0 ? sorted : [...sorted.slice(first), ...sorted.slice(0, first)];
}

function byPlace(a: Taken, b: Taken): number {
  const [one, other] = [a.live.entry, b.live.entry];
  return one.set.id - other.set.id || rank(a) - rank(b) || one.id - other.id;
}

function rank({ live }: Taken): number {
  return live.entry.view.kind === 'metric' ? 0 : 1;
}
