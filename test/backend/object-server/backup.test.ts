import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { restore } from '../../../backend/object-server/backup.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { done, events, openServer } from './open-server.ts';

const NOW = Date.UTC(2026, 0, 1, 12, 30);

async function fill(server: ObjectServer, rows: number): Promise<void> {
  for (let at = 0; at < rows; at += 2000)
    await done(
      server,
      server.intake(Array.from({ length: 2000 }, (_, i) => ({ identifier: `${at + i}`, node: 'n'.repeat(200) }))),
    );
}

describe('a backup', () => {
  it.each(['durable', 'dump'] as const)('in mode %s is one state, though writing goes on', async mode => {
    const dir = tempDir();
    const server = openServer({ dataDir: join(dir, 'data'), mode });
    await fill(server, 40_000);
    const file = join(dir, 'backup.db');
    const shares: number[] = [];
    let isDone = false;
    const made = server
      .backup(file, ({ totalPages, remainingPages }) => shares.push(remainingPages / totalPages))
      .finally(() => {
        isDone = true;
      });
    while (!isDone) {
      await done(server, server.execute('UPDATE events SET class = class + 1 WHERE serial <= 500'));
      await new Promise(resolve => setImmediate(resolve));
    }
    await made;
    expect(shares.length > 0).toBe(mode === 'durable');
    expect(readdirSync(dir).sort()).toEqual(['backup.db', 'data']);
    await restore(file, join(dir, 'restored'), { now: NOW });
    const restored = openServer({ dataDir: join(dir, 'restored'), mode: 'durable' });
    const { seq } = restored;
    // Each statement of the meantime is there with all its 500 changes, or not at all.
    const classes = restored
      .select('events', { columns: ['class'], where: { sql: 'serial <= 500', params: [] } })
      .flat();
    expect(new Set(classes)).toEqual(new Set([(seq - 40_000) / 500]));
    expect(restored.readChanges(seq, 1)).toEqual(server.readChanges(seq, 1));
  });

  it('leaves nothing behind when it cannot be made', async () => {
    const server = openServer({ dataDir: tempDir(), mode: 'durable' });
    const dir = tempDir();
    await expect(server.backup(join(dir, 'nowhere', 'backup.db'))).rejects.toThrow();
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('restoring', () => {
  async function backupOf(identifier: string): Promise<string> {
    const dir = tempDir();
    const server = ObjectServer.open({ dataDir: dir, mode: 'durable', clock: new SimClock() });
    await done(server, server.intake([{ identifier }]));
    await server.backup(join(dir, 'backup.db'));
    await server.close();
    return join(dir, 'backup.db');
  }

  it('begins a new epoch, since seqs after the backup are given again', async () => {
    const dataDir = join(tempDir(), 'new');
    expect(await restore(await backupOf('a'), dataDir, { now: NOW })).toEqual({ former: undefined });
    const server = openServer({ dataDir, mode: 'durable' });
    expect(events(server, 'identifier')).toEqual([{ identifier: 'a' }]);
    expect([server.seq, server.epoch]).toEqual([1, 2]);
  });

  it('refuses a directory that has a database, and with force keeps that one beside', async () => {
    const dataDir = tempDir();
    const before = ObjectServer.open({ dataDir, mode: 'durable', clock: new SimClock() });
    await done(before, before.intake([{ identifier: 'former' }]));
    await before.close();
    const backup = await backupOf('a');
    await expect(restore(backup, dataDir, { now: NOW })).rejects.toThrow('has a database already');
    const former = join(dataDir, 'panelcast.db.before-2026-01-01T123000.000Z');
    expect(await restore(backup, dataDir, { now: NOW, force: true })).toEqual({ former });
    expect(events(openServer({ dataDir, mode: 'durable' }), 'identifier')).toEqual([{ identifier: 'a' }]);
    const kept = new DatabaseSync(former);
    expect(kept.prepare('SELECT identifier FROM events').all()).toEqual([{ identifier: 'former' }]);
    kept.close();
  });

  it('is refused while an object server runs there, even with force', async () => {
    const dataDir = tempDir();
    openServer({ dataDir, mode: 'durable' });
    await expect(restore(await backupOf('a'), dataDir, { now: NOW, force: true })).rejects.toThrow(
      'is in use by the notifier with pid',
    );
  });

  it('is refused for a backup that is damaged or no backup', async () => {
    const backup = await backupOf('a');
    const fd = openSync(backup, 'r+');
    writeSync(fd, Buffer.alloc(3000, 0xee), 0, 3000, 2048);
    closeSync(fd);
    const dataDir = join(tempDir(), 'new');
    await expect(restore(backup, dataDir, { now: NOW })).rejects.toMatchObject({ code: 'storage-damaged' });
    writeFileSync(backup, 'hello, this is no database, but a text');
    await expect(restore(backup, dataDir, { now: NOW })).rejects.toMatchObject({ code: 'storage-damaged' });
    await expect(restore(`${backup}.not`, dataDir, { now: NOW })).rejects.toMatchObject({ code: 'not-found' });
    expect(existsSync(join(dataDir, 'panelcast.db'))).toBe(false);
  });
});

describe('a database file at start', () => {
  function refused(dataDir: string, message: string): void {
    const file = join(dataDir, 'panelcast.db');
    const before = readFileSync(file);
    for (const mode of ['durable', 'fast', 'dump'] as const)
      expect(() => openServer({ dataDir, mode })).toThrow(message);
    expect(readFileSync(file).equals(before)).toBe(true);
  }

  it('that is damaged is reported with what to do, and left as it is', () => {
    const dataDir = tempDir();
    writeFileSync(join(dataDir, 'panelcast.db'), 'x'.repeat(5000));
    refused(dataDir, 'it was left as it is: move it away, then restore a backup with `panelcast restore FILE`');
  });

  it('of another program is left alone', () => {
    const dataDir = tempDir();
    const other = new DatabaseSync(join(dataDir, 'panelcast.db'));
    other.exec('CREATE TABLE theirs (a)');
    other.close();
    refused(dataDir, 'is a database of another program; it was left as it is');
  });

  it.each([
    [2, 'was written by a newer version of Panelcast (format 2; this version reads 1); start that version'],
    [0, 'was written by an older version of Panelcast (format 0; this version reads 1)'],
  ])('of format %i says so', async (format, message) => {
    const dataDir = tempDir();
    const server = ObjectServer.open({ dataDir, mode: 'durable', clock: new SimClock() });
    await server.close();
    const db = new DatabaseSync(join(dataDir, 'panelcast.db'));
    db.exec(`PRAGMA user_version = ${format}; PRAGMA wal_checkpoint(TRUNCATE)`);
    db.close();
    refused(dataDir, message);
  });

  it('found damaged while running is reported as that, and the process goes on', async () => {
    const dataDir = tempDir();
    const first = ObjectServer.open({ dataDir, mode: 'durable', clock: new SimClock() });
    await fill(first, 4000);
    await first.close();
    const { size } = statSync(join(dataDir, 'panelcast.db'));
    const fd = openSync(join(dataDir, 'panelcast.db'), 'r+');
    writeSync(fd, Buffer.alloc(size / 4, 0xee), 0, size / 4, size / 4);
    closeSync(fd);
    const server = openServer({ dataDir, mode: 'durable' });
    expect(() => server.snapshot('events')).toThrow('is damaged');
  });
});
