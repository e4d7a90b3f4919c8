import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DirLock } from '../../../backend/lib/dir-lock.ts';
import { tempDir } from '../../support/temp-dir.ts';

function refusal(dir: string): string {
  try {
    DirLock.acquire(dir).release();
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad-config' });
    return (error as Error).message;
  }
  return 'acquired';
}

describe('the lock of a data directory', () => {
  it('creates the folder with those above it, and names its holder in it', () => {
    const dir = join(tempDir(), 'a/b/data');
    const lock = DirLock.acquire(dir);
    expect(readFileSync(join(dir, 'panelcast.pid'), 'utf8')).toBe(`${process.pid}\n`);
    lock.release();
  });

  it('is refused to a second holder with the pid of the first, and free again after its release', () => {
    const dir = tempDir();
    const lock = DirLock.acquire(dir);
    expect(refusal(dir)).toBe(
      `dataDir ${dir} is in use by the notifier with pid ${process.pid}; stop it, or choose another with --data-dir`,
    );
    expect(refusal(dir)).toContain(`${process.pid}`);
    lock.release();
    expect(refusal(dir)).toBe('acquired');
  });

  it('does not believe a pid file that nobody holds', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'panelcast.pid'), '1\n');
    expect(refusal(dir)).toBe('acquired');
  });

  it('says so when the holder has not yet written its pid', () => {
    const dir = tempDir();
    const lock = DirLock.acquire(dir);
    writeFileSync(join(dir, 'panelcast.pid'), '');
    expect(refusal(dir)).toContain('with pid unknown');
    lock.release();
  });

  it('keeps folders apart', () => {
    const locks = [DirLock.acquire(tempDir()), DirLock.acquire(tempDir())];
    for (const lock of locks) lock.release();
  });

  it('names the reason when the folder cannot be made or is none', () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    expect(refusal(join(file, 'data'))).toBe(
      `dataDir ${file}/data cannot be written (ENOTDIR); choose another with --data-dir`,
    );
    expect(refusal(file)).toMatch(/cannot be written \((EEXIST|ENOTDIR)\)/);
  });

  it.runIf(existsSync('/proc/self'))('gives up at once on a file system that takes no folders', () => {
    expect(refusal('/proc/panelcast/data')).toContain('cannot be written (ENOENT)');
  });

  it('names what stands where its own file should be', () => {
    const dir = tempDir();
    mkdirSync(join(dir, 'panelcast.lock'));
    expect(refusal(dir)).toContain(`dataDir ${dir} cannot be locked`);
  });
});
