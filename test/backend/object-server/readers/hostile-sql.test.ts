import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReaderPool } from '../../../../backend/object-server/readers/reader-pool.ts';
import { ReaderDatabase } from './reader-database.ts';

const LIMITS = { timeMs: 700, memoryBytesMax: 220 * 2 ** 20, bytesMax: 2 ** 20 };
const database = new ReaderDatabase(100_000);
let pool: ReaderPool;

const delay = monitorEventLoopDelay({ resolution: 1 });
const recoveriesMs: number[] = [];

beforeAll(async () => {
  pool = await database.pool({ size: 1, limits: LIMITS });
  delay.enable();
});
afterAll(async () => {
  delay.disable();
  const ms = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1);
  console.log(
    `parent's event loop delay over all hostile cases: p99 ${ms(delay.percentile(99))} ms, max ${ms(delay.max)} ms; ` +
      `next answer after a case: max ${Math.max(...recoveriesMs).toFixed(1)} ms`,
  );
  await pool.close();
  database[Symbol.dispose]();
});

const COUNT = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)';

const CASES: [name: string, sql: string, code: string][] = [
  ['a cross join of all rows', 'SELECT count(*) FROM events a, events b', 'limit-exceeded'],
  [
    'a cross join that hides behind a LIMIT',
    'SELECT sum(a.serial + b.serial) FROM events a, events b LIMIT 1',
    'limit-exceeded',
  ],
  [
    'a join on an expression that no index helps',
    'SELECT count(*) FROM (SELECT * FROM events a, events b WHERE a.serial + b.serial = -1)',
    'limit-exceeded',
  ],
  ['a recursion without an end', `${COUNT} SELECT max(i) FROM n`, 'limit-exceeded'],
  [
    'a recursion that doubles its text',
    "WITH RECURSIVE t(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM t) SELECT max(length(x)) FROM t",
    'limit-exceeded',
  ],
  ['a recursion that keeps every row', `${COUNT.replace('UNION ALL', 'UNION')} SELECT max(i) FROM n`, 'limit-exceeded'],
  ['a sort of endless rows', `${COUNT} SELECT randomblob(1000) AS r FROM n ORDER BY r`, 'limit-exceeded'],
  ['a DISTINCT over endless rows', `${COUNT} SELECT count(DISTINCT randomblob(1000)) FROM n`, 'limit-exceeded'],
  ['a group_concat without an end', `${COUNT} SELECT group_concat(printf('%1000d', i)) FROM n`, 'limit-exceeded'],
  ['a json_group_array without an end', `${COUNT} SELECT json_group_array(i) FROM n`, 'limit-exceeded'],
  ['a window over endless rows', `${COUNT} SELECT sum(i) OVER (ORDER BY random()) FROM n`, 'limit-exceeded'],
  ['a gigabyte of padding', "SELECT printf('%1000000000d', 1)", 'limit-exceeded'],
  ['a gigabyte of zeroes', 'SELECT zeroblob(1000000000)', 'limit-exceeded'],
  ['a gigabyte of randomness', 'SELECT hex(randomblob(1000000000))', 'limit-exceeded'],
  [
    'a replace that multiplies',
    "SELECT replace(replace(hex(zeroblob(9999)), '0', hex(zeroblob(9999))), '0', hex(zeroblob(9999)))",
    'limit-exceeded',
  ],
  ['a giant literal', `SELECT '${'x'.repeat(200_000)}'`, 'limit-exceeded'],
  [
    'a single row that is too large to answer',
    `SELECT ${Array(8).fill('hex(zeroblob(100000))').join(', ')}`,
    'limit-exceeded',
  ],
  ['a pattern that backtracks', `SELECT '${'a'.repeat(2_000)}' LIKE '${'%a'.repeat(1_000)}b'`, 'bad-sql'],
  ['parentheses without measure', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, 'bad-sql'],
  ['a sum of ten thousand terms', `SELECT ${'1+'.repeat(10_000)}1`, 'bad-sql'],
  ['a union of a thousand selects', Array(1_000).fill('SELECT 1').join(' UNION ALL '), 'bad-sql'],
  ['ten thousand columns', `SELECT ${Array(10_000).fill('1').join(',')}`, 'bad-sql'],
  ['a join of a hundred tables', `SELECT 1 FROM ${Array(100).fill('events').join(',')}`, 'bad-sql'],
  ['a second statement', 'SELECT 1; DROP TABLE events', 'bad-sql'],
  ['a NUL character', 'SELECT 1\0; DROP TABLE events', 'bad-sql'],
  ['ATTACH', "ATTACH '/etc/passwd' AS other", 'forbidden'],
  ['VACUUM INTO', "VACUUM INTO '/tmp/stolen.db'", 'forbidden'],
  ['PRAGMA', 'PRAGMA writable_schema = ON', 'forbidden'],
  ['load_extension', "SELECT load_extension('/tmp/evil.so')", 'forbidden'],
  ['a write', 'UPDATE events SET severity = 0', 'forbidden'],
  ['a write behind a WITH', 'WITH x AS (SELECT 1) UPDATE events SET severity = 0', 'forbidden'],
  ['the internals', 'SELECT * FROM panelcast_state', 'forbidden'],
  ['the schema', 'SELECT * FROM sqlite_master', 'forbidden'],
];

describe('is contained, told in one sentence, and followed by an answer:', () => {
  it.each(CASES)('%s', async (_name, sql, code) => {
    const error: unknown = await pool.query({ sql, role: 'viewer' }).then(
      () => undefined,
      cause => cause,
    );
    expect(error).toMatchObject({ code, message: expect.stringMatching(/^[^\n]{5,300}$/) });
    const since = performance.now();
    const answer = await pool.query({ sql: 'SELECT count(*) FROM events', role: 'viewer' });
    recoveriesMs.push(performance.now() - since);
    expect(answer.rows).toEqual([[100_000]]);
  });

  it('an integer beyond 2^53, which is answered by its digits', async () => {
    const answer = await pool.query({ sql: 'SELECT 9007199254740993, -9223372036854775807', role: 'viewer' });
    expect(answer.rows).toEqual([['9007199254740993', '-9223372036854775807']]);
  });

  it('endless rows, of which the first are answered and marked as cut off', async () => {
    const answer = await pool.query({ sql: `${COUNT} SELECT i FROM n`, role: 'viewer' });
    expect(answer.truncated).toBe('rows');
    expect(answer.rows.at(-1)).toEqual([100_000]);
  });
});
