import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { parseTables } from '../../../backend/object-server/table-schema.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { collect, done, events, openServer, refusal } from './open-server.ts';

const CODES = parseTables([
  {
    name: 'code',
    primaryKey: 'name',
    columns: [
      { name: 'name', type: 'text' },
      { name: 'meaning', type: 'text' },
    ],
  },
]);

describe("a user's statement", () => {
  it('answers how many rows it changed and the seq after them', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a' }, { identifier: 'b' }, { identifier: 'c' }]));
    const outcome = await done(server, server.execute('UPDATE events SET acknowledged = 1 WHERE serial > ?', [1]));
    expect(outcome).toEqual({ changes: 2, seq: 5 });
  });

  it('takes parameters by position and by name', async () => {
    const server = openServer();
    await done(server, server.execute('INSERT INTO events (identifier, class) VALUES (?, ?)', ['a', 4]));
    await done(
      server,
      server.execute('UPDATE events SET owner = :owner WHERE class = $class', { owner: 'eve', class: 4 }),
    );
    expect(events(server, 'owner', 'class')).toEqual([{ owner: 'eve', class: 4 }]);
  });

  it('gives a row it inserts the times, the serial and the defaults of an event', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a' }]));
    await done(server, server.execute("INSERT INTO events (identifier) VALUES ('b')"));
    await done(server, server.intake([{ identifier: 'c' }]));
    const [, byHand, after] = events(server, 'serial', 'tally', 'severity', 'first_occurrence', 'summary');
    expect(byHand).toMatchObject({ serial: 2, tally: 1, severity: 1, summary: '' });
    expect(Math.abs(Number(byHand!.first_occurrence) - Date.now())).toBeLessThan(60_000);
    expect(after).toMatchObject({ serial: 3 });
  });

  it('may read other tables and its own common table expressions', async () => {
    const server = openServer({ tables: [eventsTable(), ...CODES] });
    await done(
      server,
      server.intake([
        { identifier: 'a', owner: 'x' },
        { identifier: 'b', owner: 'y' },
      ]),
    );
    await done(server, server.execute("INSERT INTO code VALUES ('x', 'known')"));
    const sql = `WITH known AS (SELECT name FROM code), n AS (SELECT count(*) AS all_of_them FROM known)
      UPDATE events SET class = (SELECT all_of_them FROM n) WHERE owner IN (SELECT name FROM known)
      OR owner IN (SELECT value FROM json_each(?))`;
    expect(await done(server, server.execute(sql, ['["z"]']))).toEqual({ changes: 1, seq: 4 });
  });

  it.each([
    ['SELECT * FROM events', 'forbidden: a statement that writes begins with INSERT'],
    ['WITH a AS (SELECT 1) SELECT * FROM a', 'forbidden: the statement does not write'],
    ['PRAGMA journal_mode = DELETE', 'forbidden: '],
    ["ATTACH '/tmp/x.db' AS x", 'forbidden: '],
    ["VACUUM INTO '/tmp/x.db'", 'forbidden: '],
    ['CREATE TABLE mine (a)', 'forbidden: '],
    ['DROP TRIGGER panelcast_capture_0_enter', 'forbidden: '],
    ['BEGIN', 'forbidden: '],
    ['COMMIT', 'forbidden: '],
    ['EXPLAIN DELETE FROM events', 'forbidden: '],
    ['DELETE FROM panelcast_log', 'forbidden: "panelcast_log" is not a table that can be written'],
    ['DELETE FROM main.panelcast_meta', 'forbidden: "panelcast_meta" is not a table that can be written'],
    ['UPDATE sqlite_sequence SET seq = 0', 'forbidden: "sqlite_sequence" is not a table that can be written'],
    ['DELETE FROM temp.sqlite_schema', 'bad-sql: table sqlite_temp_master may not be modified'],
    [
      'UPDATE events SET summary = (SELECT sql FROM sqlite_schema LIMIT 1)',
      'forbidden: "sqlite_master" is not a table that can be read',
    ],
    [
      'UPDATE events SET class = (SELECT count(*) FROM panelcast_outcomes)',
      'forbidden: "panelcast_outcomes" is not a table that can be read',
    ],
    [
      'UPDATE events SET class = (SELECT count(*) FROM pragma_database_list)',
      'forbidden: "pragma_database_list" is not a table that can be read',
    ],
    [
      'UPDATE events SET class = (SELECT sum(pgsize) FROM dbstat)',
      'forbidden: "dbstat" is not a table that can be read',
    ],
    ["UPDATE events SET class = load_extension('x')", 'forbidden: function load_extension is not allowed'],
    [
      'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) UPDATE events SET class = (SELECT max(n) FROM c)',
      'forbidden: WITH RECURSIVE is not allowed in a statement that writes',
    ],
    ['UPDATE events SET sevrity = 5', 'bad-sql: no such column: sevrity; did you mean "severity"?'],
    ['UPDATE event SET severity = 5', 'bad-sql: no such table: event; did you mean "events"?'],
    ['UPDATE events severity = 5', 'bad-sql: near "severity": syntax error'],
    [
      "UPDATE events SET severity = 'major'",
      'bad-sql: cannot store TEXT value in INTEGER column events.severity; it must be a number: 0 clear, 1 indeterm',
    ],
    [
      'UPDATE events SET class = 1.5',
      'bad-sql: cannot store REAL value in INTEGER column events.class; it must be an integer within ±2^53',
    ],
    [
      "UPDATE events SET last_occurrence = '2026-01-01T00:00:00Z'",
      'INTEGER column events.last_occurrence; it must be milliseconds since the epoch',
    ],
    [
      "UPDATE events SET owner = 'eve' RETURNING serial",
      'bad-sql: RETURNING is not answered here; leave it out, and SELECT the rows afterwards',
    ],
    ['UPDATE events SET severity = ?', 'bad-sql: the statement has 1 parameter, and 0 values were given'],
    [
      "INSERT INTO events (identifier) VALUES ('a')",
      'failed: events.identifier; add ON CONFLICT (identifier) DO UPDATE',
    ],
    ['', 'bad-sql: the statement is empty'],
    ['-- nothing', 'bad-sql: the statement is empty'],
    ['DELETE FROM events\0', 'bad-sql: the statement contains a NUL character'],
  ])('is refused as %j', async (sql, message) => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a' }]));
    expect(await refusal(server, server.execute(sql))).toContain(message);
    expect(server.seq).toBe(1);
    expect(await done(server, server.intake([{ identifier: 'a' }]))).toEqual({ accepted: 1, seq: 2 });
  });

  it('is refused where its plan would keep the writer busy', async () => {
    const server = openServer();
    await done(server, server.intake(Array.from({ length: 5000 }, (_, i) => ({ identifier: `${i}`, node: `${i}` }))));
    const hopeless = 'UPDATE events SET class = (SELECT count(*) FROM events b WHERE b.summary > events.summary)';
    expect(await refusal(server, server.execute(hopeless))).toMatch(
      /^limit-exceeded: the statement would visit about 3e\+7/,
    );
    const crossed =
      'DELETE FROM events WHERE serial IN (SELECT a.serial FROM events a, events b WHERE a.site > b.site)';
    expect(await refusal(server, server.execute(crossed))).toMatch(/^limit-exceeded: /);
    const keyed = `UPDATE events SET class = (SELECT count(*) FROM events b WHERE b.identifier = events.node)`;
    expect(await done(server, server.execute(keyed))).toMatchObject({ changes: 5000 });
  });

  it('is refused when it changes more rows than may wait to be handed on', async () => {
    const server = openServer({ statementChangesMax: 10 });
    await done(server, server.intake(Array.from({ length: 11 }, (_, i) => ({ identifier: `${i}` }))));
    expect(await refusal(server, server.execute('DELETE FROM events'))).toBe(
      'limit-exceeded: the statement changes more than 10 rows; narrow its WHERE and repeat it',
    );
    expect(await done(server, server.execute('DELETE FROM events WHERE serial < 5'))).toEqual({ changes: 4, seq: 15 });
  });

  it('keeps its place among the writes around it', async () => {
    const server = openServer();
    const changes = collect(server);
    const first = server.intake([{ identifier: 'a' }]);
    const second = server.execute("UPDATE events SET owner = 'eve'");
    await done(server, server.intake([{ identifier: 'a', owner: 'bob' }]));
    expect([(await first).seq, (await second).seq]).toEqual([1, 2]);
    expect(changes.map(change => change.after?.[20])).toEqual([null, 'eve', 'bob']);
  });
});

const LINKS = parseTables([
  {
    name: 'link',
    primaryKey: 'id',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'loss', type: 'real' },
      { name: 'up', type: 'integer', format: 'boolean' },
      {
        name: 'kind',
        type: 'integer',
        values: [
          { value: 1, name: 'copper' },
          { value: 3, name: 'fibre' },
        ],
      },
    ],
  },
]);

describe('values that a statement brings', () => {
  it.each([
    [
      'UPDATE events SET severity = 9',
      '"severity" of table "events" to 9; it must be a number: 0 clear, 1 indeterminate',
    ],
    ['UPDATE events SET acknowledged = 7', '"acknowledged" of table "events" to 7; it must be 0, 1, true or false'],
    ['UPDATE events SET type = 44', '"type" of table "events" to 44; it must be a number: 0 information, 1 problem'],
    ['UPDATE events SET suppressed = 99', '"suppressed" of table "events" to 99; it must be a number: 0 normal'],
    ["UPDATE events SET extra = 'nope'", '"extra" of table "events" to "nope"; it must be a JSON object'],
    ["UPDATE events SET extra = '[1]'", '"extra" of table "events" to "[1]"; it must be a JSON object'],
    [
      'UPDATE events SET expires_after = -1',
      '"expires_after" of table "events" to -1; it must be a whole number of sec',
    ],
    ['UPDATE events SET last_occurrence = -1', '"last_occurrence" of table "events" to -1; it must be milliseconds'],
    ["INSERT INTO events (identifier, severity) VALUES ('b', 9)", '"severity" of table "events" to 9'],
    ["REPLACE INTO events (identifier, severity) VALUES ('a', -1)", '"severity" of table "events" to -1'],
    ['INSERT INTO link (id, loss) VALUES (2, 9e999)', '"loss" of table "link" to Infinity; it must be a number'],
    ['UPDATE link SET loss = -9e999', '"loss" of table "link" to -Infinity'],
    ['UPDATE link SET up = 2', '"up" of table "link" to 2; it must be 0, 1'],
    ['UPDATE link SET id = id + 1, kind = 2', '"kind" of table "link" to 2; it must be a number: 1 copper, 3 fibre'],
    ["UPDATE events SET severity = 9 WHERE identifier = 'a' AND severity = 3", '"severity" of table "events" to 9'],
  ])('are refused where an event could not bring them: %s', async (sql, message) => {
    const server = openServer({ tables: [eventsTable(), ...LINKS] });
    await done(server, server.intake([{ identifier: 'a', severity: 3 }]));
    await done(server, server.execute('INSERT INTO link VALUES (1, 0.5, 1, 3)'));
    const rows = [server.select('events'), server.select('link')];
    const told = await refusal(server, server.execute(sql));
    expect(told).toContain(`bad-sql: the statement sets column ${message}`);
    expect(told.length).toBeLessThan(250);
    expect([server.select('events'), server.select('link')]).toEqual(rows);
    expect(server.seq).toBe(2);
  });

  it('are all others, NULL among them where the column takes it', async () => {
    const server = openServer({ tables: [eventsTable(), ...LINKS] });
    await done(
      server,
      server.execute('INSERT INTO link VALUES (1, 1e300, 0, 1), (2, NULL, NULL, NULL), (3, -0.0, 1, 3)'),
    );
    await done(server, server.execute("INSERT INTO events (identifier, extra) VALUES ('a', '{}')"));
    const sql = `UPDATE events SET severity = 5, acknowledged = TRUE, type = 2, suppressed = 4, extra = '{"a":1}',
      expires_after = NULL, last_occurrence = 0`;
    expect(await done(server, server.execute(sql))).toMatchObject({ changes: 1 });
  });

  it('are looked at only where they change, so that a row with a wrong one can be mended in the rest', async () => {
    const dataDir = tempDir();
    const options = { dataDir, mode: 'durable' } as const;
    const before = openServer(options);
    await done(before, before.intake([{ identifier: 'a' }]));
    await before.close();
    const db = new DatabaseSync(join(dataDir, 'panelcast.db'));
    db.exec("UPDATE events SET severity = 9, extra = 'nope'");
    db.close();
    const server = openServer(options);
    await done(server, server.execute("UPDATE events SET owner = 'eve', severity = severity"));
    await done(server, server.execute('UPDATE events SET severity = 3'));
    expect(events(server, 'owner', 'severity', 'extra')).toEqual([{ owner: 'eve', severity: 3, extra: 'nope' }]);
  });
});
