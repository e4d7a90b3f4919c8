import { statfsSync } from 'node:fs';
import { PanelcastError } from './panelcast-error.ts';

/** A disk with less than this left counts as full when a write fails: not every such failure says why. */
const SPACE_LEFT_MIN = 1024 * 1024;

export function hasSpace(dir: string): boolean {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize >= SPACE_LEFT_MIN;
}

/** Whether the system itself says so: of the disk, or of the user's share of it. */
export function saysFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** What a start is refused with. */
export function diskFull(dataDir: string, cause: unknown): PanelcastError {
  const remedy = 'free space there and start again, or choose another with --data-dir';
  return new PanelcastError('storage-full', `the disk of dataDir ${dataDir} is full; ${remedy}`, { cause });
}
