import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

/** Puts a finished file in the place of another, so that after a power cut there is the one or the other, whole. */
export function replaceDurably(finished: string, target: string): void {
  syncFile(finished);
  renameSync(finished, target);
  syncFile(dirname(target));
}

export function syncFile(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
