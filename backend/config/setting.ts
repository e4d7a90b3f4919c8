import { nearest } from '../lib/nearest.ts';

/** A value as written, and where: the place is half of every message about it. */
export interface Setting {
  readonly raw: unknown;
  readonly place: string;
}

export function unknownOption(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return `unknown option ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
