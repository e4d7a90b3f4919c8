import type { DatabaseSync } from 'node:sqlite';
import { readMeta, writeMeta } from './internal-tables.ts';

/**
 * durable: what was acknowledged survives a power cut. fast: it survives a kill of the process; a power cut loses at
 * most the last `syncEveryMs`. dump: everything is in memory; whatever ends the process unprepared loses at most what
 * came since the last dump.
 */
export const STORE_MODES = ['durable', 'fast', 'dump'] as const;
export type StoreMode = (typeof STORE_MODES)[number];

const STATE = 'lifetime';
const CLOSED = 'closed';

/**
 * Notes in the database that a run begins. Where the run before may have given out seqs that are lost now, since it did
 * not end properly in a mode that loses some, a new epoch begins: nobody must take the same numbers for the same changes.
 */
export function beginRun(db: DatabaseSync, mode: StoreMode): number {
  const before = readMeta(db, STATE);
  if (before === 'fast' || before === 'dump') raiseEpoch(db);
  writeMeta(db, STATE, mode);
  return epochOf(db);
}

export function endRun(db: DatabaseSync): void {
  writeMeta(db, STATE, CLOSED);
}

export function raiseEpoch(db: DatabaseSync): void {
  writeMeta(db, 'epoch', epochOf(db) + 1);
}

export function epochOf(db: DatabaseSync): number {
  return Number(readMeta(db, 'epoch') ?? 1);
}
