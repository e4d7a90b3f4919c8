import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { collect, done, openServer } from './open-server.ts';

const MB = 1024 * 1024;

/** A disk of so many bytes for one test; undefined where mounting is not permitted. */
function smallDisk(bytes: number): string | undefined {
  const dir = tempDir();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', dir]);
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => {
    spawnSync('umount', ['-l', dir]);
  });
  return dir;
}

function batch(from: number): object[] {
  return Array.from({ length: 200 }, (_, i) => ({ identifier: `e${from + i}`, summary: 'x'.repeat(500) }));
}

describe('a full disk', () => {
  it.for(['durable', 'fast'] as const)(
    'refuses writes in mode %s with nothing half stored, lets reads go on, and is left without a restart',
    async (mode, { skip }) => {
      const dataDir = smallDisk(16 * MB);
      if (dataDir === undefined) return skip('a tmpfs may not be mounted here');
      const ballast = join(dataDir, 'ballast');
      writeFileSync(ballast, Buffer.alloc(8 * MB));
      const server = openServer({ dataDir, mode, walBytesMax: MB });
      const changes = collect(server);
      const refusals: PanelcastError[] = [];
      let accepted = 0;
      for (let i = 0; i < 200 && refusals.length < 5; i++) {
        try {
          accepted += (await done(server, server.intake(batch(accepted)))).accepted;
        } catch (error) {
          refusals.push(error as PanelcastError);
        }
      }
      expect(refusals.map(({ code }) => code)).toEqual(Array(5).fill('storage-full'));
      expect(refusals[0]!.message).toContain('nothing of this write was stored');
      expect(refusals[0]!.retryAfterMs).toBe(5000);
      expect(server.select('events', { columns: ['serial'] })).toHaveLength(accepted);
      expect(server.snapshot('events').seq).toBe(accepted);
      expect(server.seq).toBe(accepted);

      rmSync(ballast);
      accepted += (await done(server, server.intake(batch(accepted)))).accepted;
      expect(changes.map(({ seq }) => seq)).toEqual(Array.from({ length: accepted }, (_, i) => i + 1));
      const { first } = server.bounds;
      expect(server.readChanges(first, 1e6)).toEqual(changes.slice(first - 1));
    },
  );

  /** What a start says on a disk with so many bytes left. */
  const startWith = (dataDir: string, left: number, mode: 'durable' | 'dump' = 'durable'): string => {
    const { bavail, bsize } = statfsSync(dataDir);
    writeFileSync(join(dataDir, 'ballast'), Buffer.alloc(bavail * bsize - left));
    try {
      ObjectServer.open({ dataDir, mode, clock: new SimClock() });
      return 'it started';
    } catch (error) {
      return error instanceof PanelcastError ? `${error.code}: ${error.message}` : `not said: ${error}`;
    }
  };
  const full = (dir: string) =>
    `storage-full: the disk of dataDir ${dir} is full; free space there and start again, or choose another with --data-dir`;

  it.for([0, 4096, 8192, 16_384])('is named where a new store is to start, with %i bytes left', (left, { skip }) => {
    const dataDir = smallDisk(MB);
    if (dataDir === undefined) return skip('a tmpfs may not be mounted here');
    expect(startWith(dataDir, left)).toBe(full(dataDir));
    rmSync(join(dataDir, 'ballast'));
    expect(openServer({ dataDir, mode: 'durable' }).seq).toBe(0);
  });

  it.for(['durable', 'dump'] as const)(
    'is named where a store that was killed starts again, in mode %s',
    async (mode, { skip }) => {
      const dataDir = smallDisk(4 * MB);
      if (dataDir === undefined) return skip('a tmpfs may not be mounted here');
      const running = openServer({ dataDir: tempDir(), mode: 'durable' });
      await done(running, running.intake(batch(0)));
      for (const tail of ['', '-wal']) copyFileSync(running.databaseFile + tail, join(dataDir, `panelcast.db${tail}`));
      // The lock and its pid find room, what SQLite needs for a log that was left behind does not.
      expect(startWith(dataDir, 8192, mode)).toBe(full(dataDir));
      rmSync(join(dataDir, 'ballast'));
      const again = openServer({ dataDir, mode });
      expect(again.count('events')).toBe(200);
    },
  );

  it('keeps the last dump in mode dump, says so, and dumps again once there is room', async ({ skip }) => {
    const dataDir = smallDisk(4 * MB);
    if (dataDir === undefined) return skip('a tmpfs may not be mounted here');
    const ballast = join(dataDir, 'ballast');
    const clock = new SimClock();
    const faults: unknown[] = [];
    const server = openServer({
      dataDir,
      mode: 'dump',
      clock,
      dumpEveryMs: 1000,
      onFault: fault => faults.push(fault),
    });
    writeFileSync(ballast, Buffer.alloc(3 * MB));
    for (let i = 0; i < 8; i++) await done(server, server.intake(batch(i * 200)));
    clock.pass(1000);
    await expect.poll(() => faults.length).toBe(1);
    expect(String(faults[0])).toContain('ENOSPC');
    expect(server.seq).toBe(1600);
    rmSync(ballast);
    clock.pass(1000);
    await server.sync();
    expect(faults).toHaveLength(1);
  });
});
