import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder for one test, removed when it ends. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'panelcast-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The folder of a notifier as a kill at this moment would leave it behind. */
export function copyOfKilled(dir: string): string {
  const copy = tempDir();
  cpSync(dir, copy, { recursive: true, filter: file => !/\.(lock|pid)$|-shm$/.test(file) });
  return copy;
}
