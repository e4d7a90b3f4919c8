import type { Mode, Request } from '../../backend/protocol/request.ts';
import { partOf } from './results.ts';
import { without } from './without.ts';

export interface ModeChoice {
  readonly value: Mode;
  readonly label: string;
  readonly sentence: string;
}

export const MODE_CHOICES: readonly ModeChoice[] = [
  {
    value: 'net',
    label: 'net',
    sentence: 'At each interval what differs from the one before; what came and went between is not told.',
  },
  { value: 'immediate', label: 'immediate', sentence: 'As soon as it is committed, without waiting for the interval.' },
  {
    value: 'all',
    label: 'all',
    sentence: 'Every state change in order, at each interval: for logs. It has no limit, since it tells changes.',
  },
];

/**
 * Those that a panel can have: store and forward is for programs with a name under which changes can wait for them, and
 * the notifier's own tables have no log of every change.
 */
export function modeChoices(request: Request): readonly ModeChoice[] {
  const hasAll = partOf(request) === 'rows' && (request.source ?? 'events') === 'events';
  return MODE_CHOICES.filter(({ value }) => value !== 'all' || hasAll || request.mode === value);
}

export function withMode(request: Request, mode: Mode): Request {
  const rest = without(request, 'mode');
  if (mode === 'net') return rest;
  return { ...(mode === 'all' ? without(rest, 'limit') : rest), mode };
}

export const INTERVALS_MS = [1000, 2000, 5000, 10_000, 30_000, 60_000];

/** `2s`, `500ms`, `1m`; a bare number is seconds. Undefined for what is none. */
export function readIntervalMs(text: string): number | undefined {
  const found = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)?\s*$/.exec(text);
  if (found === null) return undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[found[2] ?? 's']!;
  const ms = Math.round(Number(found[1]) * unit);
  return ms >= 1 ? ms : undefined;
}

export function intervalText(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
