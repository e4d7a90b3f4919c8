import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Puts a finished file in the place of another, so that after a power cut there is the one or the other, whole. */
export async function replaceDurably(finished: string, target: string): Promise<void> {
  await syncFile(finished);
  await rename(finished, target);
  await syncFile(dirname(target));
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
