import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { parseColumns, parseTables } from '../../../backend/object-server/table-schema.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { collect, done, events, openServer, refusal } from './open-server.ts';

const LINKS = parseTables([
  {
    name: 'link',
    primaryKey: 'id',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text' },
    ],
  },
]);

/** What SQLite and node:sqlite do that one would not expect, each as it was met. */
describe('traps of SQLite', () => {
  it('forgets what a failed statement captured before it failed', async () => {
    const server = openServer({ tables: [eventsTable(), ...LINKS] });
    const changes = collect(server);
    await done(server, server.execute('INSERT INTO link VALUES (5, NULL)'));
    const told = await refusal(server, server.execute('INSERT INTO link VALUES (1, NULL), (2, NULL), (5, NULL)'));
    expect(told).toBe('bad-sql: UNIQUE constraint failed: link.id');
    expect(await done(server, server.execute('DELETE FROM link'))).toEqual({ changes: 1, seq: 2 });
    expect(changes.map(({ seq, key }) => [seq, key])).toEqual([
      [1, 5],
      [2, 5],
    ]);
  });

  it('sees the row that a REPLACE removes', async () => {
    const server = openServer();
    const changes = collect(server);
    await done(server, server.intake([{ identifier: 'a' }]));
    await done(server, server.execute("REPLACE INTO events (identifier, summary) VALUES ('a', 'new')"));
    expect(changes.map(({ key, before, after }) => [key, before !== undefined, after !== undefined])).toEqual([
      [1, false, true],
      [1, true, false],
      [2, false, true],
    ]);
  });

  it('captures a column from its first change on after it was added', async () => {
    const dataDir = tempDir();
    const options = { dataDir, mode: 'durable', clock: new SimClock() } as const;
    const before = ObjectServer.open(options);
    await done(before, before.intake([{ identifier: 'a' }]));
    await before.close();
    const after = openServer({
      ...options,
      tables: [eventsTable(parseColumns([{ name: 'circuit', type: 'text' }], 'events.columns'))],
    });
    const changes = collect(after);
    await done(after, after.intake([{ identifier: 'a', circuit: 'C9' }]));
    expect([changes[0]!.before!.at(-1), changes[0]!.after!.at(-1)]).toEqual([null, 'C9']);
  });

  it('backs up without opening the database file beside SQLite, so that its locks stay', async () => {
    const dataDir = tempDir();
    const server = openServer({ dataDir, mode: 'durable' });
    await done(server, server.intake([{ identifier: 'a' }]));
    await server.backup(join(dataDir, 'copy.db'));
    const other = new DatabaseSync(server.databaseFile!, { timeout: 0 });
    other.exec('BEGIN');
    other.prepare('SELECT count(*) FROM events').get();
    await done(server, server.intake([{ identifier: 'b' }]));
    expect(() => other.exec('DELETE FROM events')).toThrow('locked');
    other.close();
    expect(events(server, 'identifier')).toHaveLength(2);
    expect(statSync(join(dataDir, 'copy.db')).size).toBeGreaterThan(0);
  });

  it('refuses an integer beyond 2^53 by name instead of failing at every reader', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a', class: Number.MAX_SAFE_INTEGER }]));
    const told = await refusal(server, server.execute('UPDATE events SET class = class + 1'));
    expect(told).toBe('bad-sql: the statement makes an integer beyond ±2^53, which is kept nowhere exactly');
    expect(events(server, 'class')).toEqual([{ class: Number.MAX_SAFE_INTEGER }]);
  });

  it('refuses text after the first statement, which prepare would ignore', async () => {
    const server = openServer();
    const told = await refusal(server, server.execute('DELETE FROM events; DELETE FROM panelcast_log'));
    expect(told).toBe('bad-sql: one statement at a time: a second one begins with "DELETE"');
    expect(await done(server, server.execute("DELETE FROM events WHERE summary = ';' ; -- ; done"))).toEqual({
      changes: 0,
      seq: 0,
    });
  });

  it('refuses a call of the capture functions by a user', async () => {
    const server = openServer();
    const told = await refusal(server, server.execute('UPDATE events SET class = panelcast_capture_0_leave(1)'));
    expect(told).toBe('forbidden: function panelcast_capture_0_leave is not allowed');
  });

  it('knows no change where a row was written as it was', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a', severity: 3, summary: 'x' }]));
    const outcome = await done(server, server.execute("UPDATE events SET severity = 3, summary = 'x', owner = NULL"));
    expect(outcome).toEqual({ changes: 0, seq: 1 });
  });

  it.each(['ROLLBACK', 'FAIL', 'ABORT'])(
    'undoes all of a statement with OR %s that fails, and only that',
    async action => {
      const server = openServer({ tables: [eventsTable(), ...LINKS] });
      const first = server.execute("INSERT INTO link VALUES (5, 'kept')");
      const failing = server.execute(`INSERT OR ${action} INTO link VALUES (1, 'x'), (2, 'x'), (5, 'x')`);
      const last = server.intake([{ identifier: 'a' }]);
      failing.catch(() => {});
      server.drain();
      await expect(failing).rejects.toThrow('UNIQUE constraint failed');
      expect([(await first).seq, (await last).seq]).toEqual([1, 2]);
      expect(server.select('link')).toEqual([[5, 'kept']]);
    },
  );

  it('bounds the length of what a statement builds', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a' }]));
    const told = await refusal(server, server.execute("UPDATE events SET summary = printf('%.*c', 100000000, 'x')"));
    expect(told).toMatch(/^limit-exceeded: /);
    await done(
      server,
      server.intake(Array.from({ length: 2000 }, (_, i) => ({ identifier: `${i}`, summary: 'x'.repeat(2000) }))),
    );
    expect(server.snapshot('events').values.length).toBeGreaterThan(4_000_000);
  });

  it('leaves a primary key that changes as one row going and another coming', async () => {
    const server = openServer();
    const changes = collect(server);
    await done(server, server.intake([{ identifier: 'a' }]));
    expect(await done(server, server.execute('UPDATE events SET serial = 7'))).toEqual({ changes: 2, seq: 3 });
    expect(changes.slice(1).map(({ seq, key, before, after }) => [seq, key, !!before, !!after])).toEqual([
      [2, 1, true, false],
      [3, 7, false, true],
    ]);
  });

  it.each(["'a' || char(0) || 'b'", "CAST(x'610062' AS TEXT)", `json_extract('"a\\u0000b"', '$')`])(
    'refuses a NUL in a text, behind which readers would see nothing: %s',
    async text => {
      const server = openServer({ tables: [eventsTable(), ...LINKS] });
      await done(server, server.execute("INSERT INTO link VALUES (1, 'x')"));
      const told = await refusal(server, server.execute(`UPDATE link SET name = ${text}`));
      expect(told).toBe(
        'bad-sql: the statement sets column "name" of table "link" to "a\\u0000b"; it must not contain a NUL character',
      );
      expect(server.select('link')).toEqual([[1, 'x']]);
    },
  );
});
