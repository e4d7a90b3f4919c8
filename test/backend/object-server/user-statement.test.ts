import { describe, expect, it } from 'vitest';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { parseTables } from '../../../backend/object-server/table-schema.ts';
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
    ["UPDATE events SET severity = 'high'", 'bad-sql: cannot store TEXT value in INTEGER column events.severity'],
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
