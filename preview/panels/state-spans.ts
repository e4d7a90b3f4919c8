export interface Span {
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
}

/**
 * The spans over which a value held, clipped to [from, to]; neighbours of equal value are one. A value holds until the
 * next sample, the last one until `to`; null is a hole.
 */
export function stateSpans(times: readonly number[], values: readonly unknown[], from: number, to: number): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < times.length; i++) {
    const value = values[i];
    const start = Math.max(times[i]!, from);
    const end = Math.min(times[i + 1] ?? to, to);
    if (value === null || value === undefined || end <= start) continue;
    const last = spans.at(-1);
    if (last?.value === value && last.end === start) spans[spans.length - 1] = { ...last, end };
    else spans.push({ start, end, value });
  }
  return spans;
}
