import type { Mode, Request } from '../../backend/protocol/request.ts';
import { partOf } from './results.ts';

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
  { value: 'all', label: 'all', sentence: 'Every state change in order, at each interval: for logs.' },
];

/** Those that this request can have, and the one that it has. */
export function modeChoices(request: Request): readonly ModeChoice[] {
  const isWhole = partOf(request) === 'rows' && request.limit === undefined;
  const fits = ({ value }: ModeChoice): boolean => value !== 'all' || isWhole || request.mode === value;
  const chosen = request.mode === 'saf' ? [SAF] : [];
  return [...MODE_CHOICES.filter(fits), ...chosen];
}

/** A panel has no name under which changes could wait for it; a saved query may still say so. */
const SAF: ModeChoice = {
  value: 'saf',
  label: 'saf',
  sentence: 'Store and forward: for programs with a name, not for panels.',
};

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
