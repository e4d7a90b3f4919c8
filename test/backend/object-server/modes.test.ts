import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { done, events, openServer } from './open-server.ts';

/** A copy of what another process would find if this one were killed now; the copy is a directory of its own. */
function asFoundAfterKill(dataDir: string): string {
  const copy = tempDir();
  for (const name of ['panelcast.db', 'panelcast.db-wal'])
    if (existsSync(join(dataDir, name))) copyFileSync(join(dataDir, name), join(copy, name));
  return copy;
}

describe('every mode', () => {
  it.each(['durable', 'fast', 'dump'] as const)('%s leaves one complete file behind when it is stopped', async mode => {
    const options = { dataDir: tempDir(), mode, clock: new SimClock() } as const;
    const first = ObjectServer.open(options);
    await done(first, first.intake([{ identifier: 'a' }]));
    const before = first.select('events');
    await first.close();
    expect(existsSync(join(options.dataDir, 'panelcast.db-wal'))).toBe(false);
    for (const next of ['durable', 'fast', 'dump'] as const) {
      const second = ObjectServer.open({ ...options, mode: next });
      expect(second.select('events')).toEqual(before);
      expect([second.seq, second.epoch, second.bounds.first]).toEqual([1, 1, 1]);
      await second.close();
    }
  });

  it('is refused for a directory in which another object server runs', async () => {
    const dataDir = tempDir();
    openServer({ dataDir, mode: 'durable' });
    expect(() => openServer({ dataDir, mode: 'fast' })).toThrow('is in use by the notifier with pid');
  });

  it('is refused for a directory that cannot be made, and says which', () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    expect(() => openServer({ dataDir: join(file, 'data'), mode: 'durable' })).toThrow(
      `dataDir ${join(file, 'data')} cannot be written`,
    );
  });
});

describe('mode durable', () => {
  it('has everything that was answered when the process is killed, in the same epoch', async () => {
    const dataDir = tempDir();
    const server = openServer({ dataDir, mode: 'durable' });
    await done(server, server.intake([{ identifier: 'a' }]));
    await done(server, server.intake([{ identifier: 'b' }]));
    const found = openServer({ dataDir: asFoundAfterKill(dataDir), mode: 'durable' });
    expect(found.select('events')).toEqual(server.select('events'));
    expect([found.seq, found.epoch]).toEqual([2, 1]);
  });

  it('keeps the write-ahead log bounded under readers that overlap for ever', async () => {
    const MB = 1024 * 1024;
    const server = openServer({ dataDir: tempDir(), mode: 'durable', logBytesMax: 0, walBytesMax: 4 * MB });
    const readers = [0, 1].map(() => new Worker(ENDLESS_READER, { eval: true, workerData: server.databaseFile }));
    await Promise.all(readers.map(reader => once(reader, 'message')));
    const batch = Array.from({ length: 500 }, (_, i) => ({ identifier: `${i}`, summary: 'x'.repeat(900) }));
    let largest = 0;
    let truncated = 0;
    for (let before = 0; truncated < 3; ) {
      await done(server, server.intake(batch));
      const { size } = statSync(`${server.databaseFile}-wal`);
      largest = Math.max(largest, size);
      if (size < before) truncated++;
      before = size;
    }
    await Promise.all(readers.map(reader => reader.terminate()));
    expect(largest).toBeGreaterThan(4 * MB);
    expect(largest).toBeLessThan(16 * MB);
  });
});

/** Reads for 20 ms at a time, and then at once again; two of them leave hardly a moment without a reader. */
const ENDLESS_READER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { DatabaseSync } = require('node:sqlite');
  const db = new DatabaseSync(workerData, { readOnly: true });
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const read = () => {
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM events').get();
    Atomics.wait(pause, 0, 0, 20);
    db.exec('COMMIT');
    setImmediate(read);
  };
  read();
  parentPort.postMessage('reading');
`;

describe('mode fast', () => {
  it('syncs a while after the first commit that is not on the disk, and then no more', async () => {
    const clock = new SimClock();
    const server = openServer({ dataDir: tempDir(), mode: 'fast', clock, syncEveryMs: 500 });
    expect(clock.timers).toBe(0);
    await done(server, server.intake([{ identifier: 'a' }]));
    await done(server, server.intake([{ identifier: 'a' }]));
    expect(clock.timers).toBe(1);
    clock.pass(500);
    expect(clock.timers).toBe(0);
  });

  it('has everything that was answered when the process is killed, in a new epoch', async () => {
    const dataDir = tempDir();
    const server = openServer({ dataDir, mode: 'fast' });
    await done(server, server.intake([{ identifier: 'a' }]));
    const found = openServer({ dataDir: asFoundAfterKill(dataDir), mode: 'fast' });
    expect(found.select('events')).toEqual(server.select('events'));
    expect([found.seq, found.epoch]).toEqual([1, 2]);
  });
});

describe('mode dump', () => {
  it('has what the last dump has when the process is killed, in a new epoch', async () => {
    const dataDir = tempDir();
    const clock = new SimClock();
    const server = openServer({ dataDir, mode: 'dump', clock, dumpEveryMs: 1000 });
    await done(server, server.intake([{ identifier: 'a' }]));
    clock.pass(1000);
    await server.sync();
    await done(server, server.intake([{ identifier: 'b' }]));
    const found = openServer({ dataDir: asFoundAfterKill(dataDir), mode: 'dump' });
    expect(events(found, 'identifier')).toEqual([{ identifier: 'a' }]);
    expect([found.seq, found.epoch]).toEqual([1, 2]);
  });

  it('begins a new epoch also when no dump was made at all', async () => {
    const dataDir = tempDir();
    const first = openServer({ dataDir, mode: 'dump' });
    await done(first, first.intake([{ identifier: 'a' }]));
    expect(first.epoch).toBe(1);
    expect(openServer({ dataDir: asFoundAfterKill(dataDir), mode: 'durable' }).epoch).toBe(2);
  });

  it('says when a dump fails, goes on, and tries again', async () => {
    const dataDir = tempDir();
    const clock = new SimClock();
    const faults: unknown[] = [];
    const server = openServer({
      dataDir,
      mode: 'dump',
      clock,
      dumpEveryMs: 1000,
      onFault: fault => faults.push(fault),
    });
    mkdirSync(join(dataDir, 'panelcast.db.unfinished'));
    await done(server, server.intake([{ identifier: 'a' }]));
    clock.pass(1000);
    await expect.poll(() => faults.length).toBe(1);
    rmSync(join(dataDir, 'panelcast.db.unfinished'), { recursive: true });
    clock.pass(1000);
    await server.sync();
    const found = openServer({ dataDir: asFoundAfterKill(dataDir), mode: 'dump' });
    expect(events(found, 'identifier')).toEqual([{ identifier: 'a' }]);
  });

  it('gives serials that were never given, after what it lost', async () => {
    const dataDir = tempDir();
    const options = { dataDir, mode: 'dump', clock: new SimClock() } as const;
    const first = ObjectServer.open(options);
    await done(first, first.intake([{ identifier: 'a' }, { identifier: 'b' }]));
    await done(first, first.execute('DELETE FROM events'));
    await first.close();
    const second = openServer(options);
    await done(second, second.intake([{ identifier: 'c' }]));
    expect(events(second, 'serial')).toEqual([{ serial: 3 }]);
  });
});
