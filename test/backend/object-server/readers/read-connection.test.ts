import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PanelcastError } from '../../../../backend/lib/panelcast-error.ts';
import { ReadConnection, type ReaderQuery } from '../../../../backend/object-server/readers/read-connection.ts';
import { DEFAULT_READER_LIMITS } from '../../../../backend/object-server/readers/reader-limits.ts';
import { Random } from '../../../support/random.ts';
import { ReaderDatabase, SEQ_SQL, TABLES } from './reader-database.ts';

const database = new ReaderDatabase(12);
let reader: ReadConnection;

beforeAll(() => {
  const limits = DEFAULT_READER_LIMITS;
  reader = new ReadConnection({ file: database.file, seqSql: SEQ_SQL, tables: TABLES, limits });
});
afterAll(() => {
  reader.close();
  database[Symbol.dispose]();
});

const ask = (sql: string, more: Partial<ReaderQuery> = {}) =>
  JSON.parse(reader.answer({ sql, role: 'viewer', ...more }));
const rows = (sql: string, params?: ReaderQuery['params']) => ask(sql, params ? { params } : {}).rows;
const refused = (code: string, message: string | RegExp, position?: number) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(message),
    ...(position === undefined ? {} : { position }),
  });

describe('an answer', () => {
  it('has the columns, the rows and the seq', () => {
    expect(ask('SELECT serial, site FROM events WHERE serial <= 2 ORDER BY serial')).toEqual({
      columns: ['serial', 'site'],
      rows: [
        [1, 'lon'],
        [2, 'lon'],
      ],
      seq: 7,
    });
  });

  it('leaves no read transaction behind that would pin the log', () => {
    rows('SELECT * FROM events');
    expect(() => ask('SELECT nothing FROM events')).toThrow();
    database.db.exec('UPDATE events SET severity = severity');
    expect(database.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 });
  });

  it('sees a column and a table that were added while it was open', () => {
    expect(() => rows('SELECT added FROM events')).toThrow('no such column: added');
    database.db.exec('ALTER TABLE events ADD COLUMN added TEXT');
    expect(rows('SELECT count(added) FROM events')).toEqual([[0]]);
  });

  it.each([
    ['WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT sum(i) FROM n', [[6]]],
    ['WITH n AS (SELECT 1 FROM events) SELECT count(*) FROM n', [[12]]],
    ['SELECT 5 FROM (SELECT 1) AS nothing_of_it', [[5]]],
    [
      'VALUES (1, 2), (3, 4)',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [`SELECT value FROM json_each('["a","b"]')`, [['a'], ['b']]],
    [`SELECT '{"a":{"b":5}}' ->> '$.a.b'`, [[5]]],
    ['SELECT row_number() OVER (ORDER BY serial DESC) FROM events WHERE serial > 11', [[1]]],
    ['SELECT count(*), max(serial) FROM events', [[12, 12]]],
    ["SELECT strftime('%Y', 0, 'unixepoch')", [['1970']]],
    ['select count(*) from EVENTS', [[12]]],
  ])('lets %s through', (sql, expected) => {
    expect(rows(sql)).toEqual(expected);
  });

  it('shows a plan to whoever asks for it', () => {
    expect(ask('EXPLAIN QUERY PLAN SELECT * FROM events').rows[0][3]).toBe('SCAN events');
  });
});

describe('a statement that is not for readers', () => {
  it.each([
    ["INSERT INTO events (identifier) VALUES ('x')", 'this statement begins with INSERT'],
    ['WITH x AS (SELECT 1) DELETE FROM events', 'this statement would DELETE'],
    ['PRAGMA query_only = OFF', 'begins with PRAGMA'],
    ["ATTACH 'other.db' AS other", 'begins with ATTACH'],
    ["VACUUM INTO 'copy.db'", 'begins with VACUUM'],
    ['  /* hidden */ vacuum', 'begins with VACUUM'],
    ['DROP TABLE events', 'only SELECT, INSERT, UPDATE and DELETE are run here, and this statement begins with DROP'],
    ['CREATE TEMP VIEW events AS SELECT 1', 'begins with CREATE'],
    ['COMMIT', 'begins with COMMIT'],
    ["SELECT load_extension('evil')", 'the function "load_extension" is not available here'],
    ["SELECT fts3_tokenizer('simple')", 'the function "fts3_tokenizer" is not available here'],
    ['SELECT * FROM panelcast_state', 'the table "panelcast_state" is internal and cannot be read'],
    ['SELECT 1 FROM "PANELCAST_state"', 'the table "panelcast_state" is internal and cannot be read'],
    ['SELECT count(*) FROM main.panelcast_state', 'the table "panelcast_state" is internal'],
    ['SELECT sql FROM sqlite_master', '"sqlite_master" cannot be read; GET /api/schema lists'],
    ['SELECT name FROM sqlite_schema', 'cannot be read; GET /api/schema lists'],
    ['SELECT count(*) FROM sqlite_temp_master', 'cannot be read; GET /api/schema lists'],
    ['SELECT word FROM secrets', 'the role "viewer" may not read "secrets"'],
    ['SELECT count(*) FROM secrets', 'the role "viewer" may not read "secrets"'],
    ['SELECT (SELECT 1 FROM secrets)', 'the role "viewer" may not read "secrets"'],
    ['SELECT city FROM sites', 'the role "viewer" may not read "sites"'],
    ["SELECT * FROM pragma_table_info('events')", 'may not read "pragma_table_info"'],
    ["SELECT 1 FROM pragma_table_info('events')", 'may not read "pragma_table_info"'],
    ['SELECT count(*) FROM pragma_database_list', 'may not read "pragma_database_list"'],
    ['SELECT count(*) FROM dbstat', 'may not read "dbstat"'],
  ])('is refused: %s', (sql, message) => {
    expect(() => ask(sql)).toThrow(refused('forbidden', message));
  });

  it('is judged by the role', () => {
    expect(ask('SELECT city FROM sites', { role: 'operator' }).rows).toEqual([['London'], ['Paris']]);
    expect(() => ask('SELECT 1', { role: 'constructor' })).toThrow(refused('forbidden', 'may not run SQL'));
  });

  it('leaves the next one its rights', () => {
    expect(() => ask('SELECT * FROM secrets')).toThrow();
    expect(rows('SELECT count(*) FROM events')).toEqual([[12]]);
  });
});

describe('a fault is told with its place', () => {
  it.each([
    ['SELECT sevrity FROM events', 'no such column: sevrity; did you mean "severity"?', 7],
    ['SELECT 1, e.sevrity FROM events e', 'no such column: e.sevrity; did you mean "severity"?', 12],
    ['SELECT * FROM evnts', 'no such table: evnts; did you mean "events"?', 14],
    ['SELECT fuu(1)', 'no such function: fuu', 7],
    ['SELECT abs(1, 2)', 'wrong number of arguments to function abs()', 7],
    ['SELECT site FROM events a, events b', 'ambiguous column name: site', 7],
    ['SELECT 1 = 1, 2 = = 2', 'near "=": syntax error', 18],
    ["SELECT '=', = 2", 'near "=": syntax error', 12],
    ['SELEC 1', 'near "SELEC": syntax error', 0],
    ['SELECT * FROM events WHERE', 'incomplete input', 26],
    ["SELECT 'abc", `unrecognized token: "'abc"`, 7],
    ['SELECT "abc" FROM events', 'should this be a string literal in single-quotes?', 7],
    ['SELECT 1; SELECT 2', 'one statement at a time', 10],
  ])('%s', (sql, message, position) => {
    const start = message.replaceAll(/[.*+?()]/g, '\\$&');
    expect(() => ask(sql)).toThrow(refused('bad-sql', start, position));
  });
});

describe('parameters', () => {
  it('come as a list or by name', () => {
    expect(rows('SELECT ?, ?', [1, 'a'])).toEqual([[1, 'a']]);
    expect(rows('SELECT ?2, ?1', ['a', null])).toEqual([[null, 'a']]);
    expect(rows('SELECT :a, @b, $c, :a', { a: 1, b: 2, c: 3 })).toEqual([[1, 2, 3, 1]]);
    expect(rows('SELECT :a, @a', { ':a': 1, '@a': 2 })).toEqual([[1, 2]]);
  });

  it('keep whole numbers whole, so that they divide as in SQL', () => {
    expect(rows('SELECT ? / 2, typeof(?), typeof(?), ?', [5, 5, 0.5, true])).toEqual([[2, 'integer', 'real', 1]]);
  });

  it('are text, never SQL', () => {
    expect(rows('SELECT count(*) FROM events WHERE site = ?', ["x' OR 1=1 --"])).toEqual([[0]]);
  });

  it.each([
    ['SELECT ?, ?', [1], 'the statement has 2 parameters, and 1 value was given'],
    ['SELECT 1', [1, 2], 'the statement has 0 parameters, and 2 values were given'],
    ['SELECT ?', {}, 'give `params` as a list'],
    ['SELECT :a', [1], 'give `params` as {"a": …}'],
    ['SELECT :a', {}, 'the parameter :a has no value in `params`'],
    ['SELECT :a', { a: 1, b: 2 }, 'the statement has no parameter "b"'],
    ['SELECT ?', [{}], 'the parameter 1 is of type object'],
    ['SELECT ?', [[1]], 'the parameter 1 is a list'],
  ])('%s with %j is refused', (sql, params, message) => {
    expect(() => rows(sql, params)).toThrow(
      expect.objectContaining({ code: 'bad-sql', message: expect.stringContaining(message) }),
    );
  });

  it('inside a string or a comment are none', () => {
    expect(rows("SELECT '?' /* :a */", [])).toEqual([['?']]);
  });
});

describe('a restricted identity', () => {
  const restrictions = { events: "site = 'lon'" };
  const restricted = (sql: string) => ask(sql, { restrictions });

  it('sees only its rows under the name of the table', () => {
    expect(restricted('SELECT DISTINCT site FROM events').rows).toEqual([['lon']]);
    expect(restricted('SELECT count(*) FROM events').rows).toEqual([[8]]);
    expect(restricted('SELECT count(*) FROM events a JOIN events b USING (serial)').rows).toEqual([[8]]);
  });

  it('may be restricted by the key alone', () => {
    expect(ask('SELECT count(*) FROM events', { restrictions: { events: 'serial < 4' } }).rows).toEqual([[3]]);
  });

  it.each([
    'SELECT * FROM main.events',
    'SELECT count(*) FROM main.events',
    'SELECT count(*) FROM "main".events',
    'SELECT count(*) FROM [main] . events',
    "SELECT count(*) FROM 'main'.events",
    'SELECT (SELECT max(serial) FROM main.events)',
    'WITH events AS (SELECT * FROM main.events) SELECT * FROM events',
    'WITH panelcast_visible_events AS (SELECT * FROM events) SELECT * FROM panelcast_visible_events',
    'SELECT * FROM temp.events',
  ])('finds no way around: %s', sql => {
    expect(() => restricted(sql)).toThrow(refused('forbidden', /./));
  });

  it('is followed by an unrestricted one that sees everything', () => {
    restricted('SELECT * FROM events');
    expect(rows('SELECT count(*) FROM main.events')).toEqual([[12]]);
  });

  it('gets the answers that a table of its rows alone would give', () => {
    const random = new Random(20_240_611);
    database.db.exec("CREATE TABLE only_lon AS SELECT * FROM events WHERE site = 'lon'");
    const parts = ['serial', 'site', 'severity', 'count(*)', 'max(serial)', 'group_concat(site)', '1'];
    const from = [
      'T',
      'T a JOIN T b USING (severity)',
      '(SELECT * FROM T WHERE severity > 1)',
      'T WHERE EXISTS (SELECT 1 FROM T x WHERE x.serial > 3)',
      'T WHERE serial IN (SELECT serial FROM T ORDER BY serial LIMIT 2)',
      'T LEFT JOIN (SELECT serial AS other FROM T) ON other = serial + 1',
    ];
    let answered = 0;
    for (let round = 0; round < 300; round++) {
      const columns = [random.pick(parts), random.pick(parts)].join(', ');
      const sql = `SELECT ${columns} FROM ${random.pick(from)}${random.chance(0.3) ? ' GROUP BY 1' : ''}`;
      const plain = database.db;
      const expected = sorted(() => {
        const statement = plain.prepare(sql.replaceAll(/\bT\b/g, 'only_lon'));
        statement.setReturnArrays(true);
        return statement.all();
      });
      expect(
        sorted(() => restricted(sql.replaceAll(/\bT\b/g, 'events')).rows),
        `seed ${random.seed}: ${sql}`,
      ).toEqual(expected);
      if (expected !== 'bad-sql') answered++;
    }
    expect(answered).toBeGreaterThan(150);
  });

  /** Rows without their order; two equal refusals count as equal, a forbidden one never does. */
  function sorted(run: () => unknown[]): string[] | 'bad-sql' {
    try {
      return run()
        .map(row => JSON.stringify(row))
        .sort();
    } catch (error) {
      if (error instanceof PanelcastError && error.code !== 'bad-sql') throw error;
      return 'bad-sql';
    }
  }
});
