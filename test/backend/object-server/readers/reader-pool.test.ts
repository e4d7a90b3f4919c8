import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReaderPool, type ReaderPoolOptions } from '../../../../backend/object-server/readers/reader-pool.ts';
import { childrenOf } from './child-processes.ts';
import { ReaderDatabase, SEQ_SQL, TABLES } from './reader-database.ts';

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n';
/** Ends by itself after some 100 ms. */
const SLOW = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT max(i) FROM n';

const opened: (ReaderPool | ReaderDatabase)[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await (one instanceof ReaderPool ? one.close() : one[Symbol.dispose]());
});

async function start(options: Partial<ReaderPoolOptions> = {}) {
  const database = new ReaderDatabase(100);
  opened.push(database);
  const pool = await database.pool(options);
  opened.push(pool);
  const ask = (sql: string, signal?: AbortSignal) => pool.query({ sql, role: 'viewer', ...(signal && { signal }) });
  return { database, pool, ask };
}

describe('ReaderPool', () => {
  it('answers with rows and the seq, parsed or as the text that a server passes on', async () => {
    const { pool, ask } = await start();
    const expected = { columns: ['n'], rows: [[100]], seq: 7 };
    expect(await ask('SELECT count(*) AS n FROM events')).toEqual(expected);
    const text = await pool.queryText({ sql: 'SELECT count(*) AS n FROM events', role: 'viewer' });
    expect(JSON.parse(text.toString())).toEqual(expected);
  });

  it('passes an answer of many megabytes whole', async () => {
    const { ask } = await start();
    const { rows } = await ask("SELECT printf('%.*c', 200000, 'x') FROM events LIMIT 60");
    expect(rows.length).toBe(60);
    expect(rows.every(row => row[0] === 'x'.repeat(200_000))).toBe(true);
  });

  it('tells an error with its code and position', async () => {
    const { ask } = await start();
    await expect(ask('SELECT sevrity FROM events')).rejects.toMatchObject({ code: 'bad-sql', position: 7 });
    await expect(ask('DELETE FROM events')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('says at the start that the file cannot be opened, and leaves no process behind', async () => {
    const database = new ReaderDatabase(1);
    opened.push(database);
    const file = join(database.folder, 'not-a-database.db');
    writeFileSync(file, 'this is no database at all, only some text that is long enough to be a header'.repeat(20));
    await expect(ReaderPool.start({ file, seqSql: SEQ_SQL, tables: TABLES })).rejects.toMatchObject({
      code: 'storage-failed',
      message: `the readers cannot open ${file}: file is not a database`,
    });
    expect(childrenOf(process.pid)).toEqual([]);
  });

  it('stops a statement at the time limit and answers the next at once', async () => {
    const { pool, ask } = await start({ size: 1, limits: { timeMs: 300 } });
    await expect(ask(ENDLESS)).rejects.toMatchObject({
      code: 'limit-exceeded',
      message: 'the statement ran longer than 300 ms and was stopped; narrow it with a condition or a LIMIT',
    });
    expect((await ask('SELECT 1')).rows).toEqual([[1]]);
    expect(pool.status.lost).toBe(1);
  });

  it('keeps one reader warm to take the place of a killed one', async () => {
    const { pool } = await start({ size: 2 });
    await vi.waitFor(() => expect(pool.status.idle).toBe(3));
  });

  it('runs no more than its size at once, the rest in order of arrival', async () => {
    const { pool, ask } = await start({ size: 1 });
    const done: number[] = [];
    const all = [1, 2, 3].map(async n => done.push(Number((await ask(`SELECT ${n}`)).rows[0]![0])));
    expect(pool.status).toMatchObject({ running: 1, queued: 2 });
    await Promise.all(all);
    expect(done).toEqual([1, 2, 3]);
  });

  it('turns statements away when its queue is full, and says when to come again', async () => {
    const { ask } = await start({ size: 1, limits: { queuedMax: 1 } });
    const first = ask(SLOW);
    const second = ask('SELECT 2');
    await expect(ask('SELECT 3')).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: expect.any(Number) });
    expect((await second).rows).toEqual([[2]]);
    await first;
  });

  it('counts the wait for a reader into the time of a statement', async () => {
    const { ask } = await start({ size: 1, limits: { timeMs: 400 } });
    const [first, second] = await Promise.allSettled([ask(ENDLESS), ask(ENDLESS)]);
    expect(first).toMatchObject({ reason: { code: 'limit-exceeded' } });
    expect(second).toMatchObject({ reason: { code: expect.stringMatching(/^(overloaded|timeout)$/) } });
  });

  it('stops a statement whose client went away, queued or running', async () => {
    const { pool, ask } = await start({ size: 1 });
    const gone = new AbortController();
    const both = Promise.allSettled([ask(ENDLESS, gone.signal), ask(ENDLESS, gone.signal)]);
    gone.abort();
    for (const outcome of await both)
      expect(outcome).toMatchObject({ reason: { message: expect.stringContaining('went away') } });
    await expect(ask('SELECT 1', gone.signal)).rejects.toThrow('the client went away');
    expect((await ask('SELECT 1')).rows).toEqual([[1]]);
    expect(pool.status).toMatchObject({ running: 0, queued: 0 });
  });

  it('stops a statement that grows over the memory limit, and says so', async () => {
    const { ask } = await start({ size: 1, limits: { memoryBytesMax: 200 * 2 ** 20, timeMs: 15_000 } });
    const bomb = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
      SELECT randomblob(1000) AS r FROM n ORDER BY r`;
    await expect(ask(bomb)).rejects.toMatchObject({
      code: 'limit-exceeded',
      message: expect.stringContaining('more than 200 MiB of memory'),
    });
    expect((await ask('SELECT 1')).rows).toEqual([[1]]);
  });

  it('refuses a statement or parameters over their size before a reader sees them', async () => {
    const { pool } = await start({ limits: { sqlBytesMax: 1_000 } });
    const sql = `SELECT '${'x'.repeat(1_000)}'`;
    await expect(pool.query({ sql, role: 'viewer' })).rejects.toMatchObject({
      code: 'limit-exceeded',
      message: 'the statement has 1009 bytes; at most 1000 are read',
    });
    const params = ['x'.repeat(10_000)];
    await expect(pool.query({ sql: 'SELECT ?', params, role: 'viewer' })).rejects.toMatchObject({
      code: 'limit-exceeded',
      message: expect.stringContaining('the parameters'),
    });
  });

  it('marks an answer that it cut off', async () => {
    const { ask } = await start({ limits: { rowsMax: 10 } });
    const answer = await ask('SELECT serial FROM events');
    expect(answer).toMatchObject({ truncated: 'rows', rows: { length: 10 } });
  });
});

describe('seq', () => {
  it('is the one at which every row of the answer was true, while a writer commits', async () => {
    const { database, ask } = await start({ size: 2 });
    database.db.exec('UPDATE events SET severity = 7; DELETE FROM events WHERE serial > 50');
    const bump = database.db.prepare('UPDATE events SET severity = severity + 1');
    const count = database.db.prepare('UPDATE panelcast_state SET seq = seq + 1');
    let writing = true;
    let commits = 0;
    const writer = (async () => {
      for (; writing; commits++) {
        database.db.exec('BEGIN');
        bump.run();
        count.run();
        database.db.exec('COMMIT');
        await nextTurn();
      }
    })();
    const seen = new Set<number>();
    const reading = async () => {
      for (let i = 0; i < 150; i++) {
        const { rows, seq } = await ask('SELECT min(severity), max(severity) FROM events');
        expect(rows).toEqual([[seq, seq]]);
        seen.add(seq);
      }
    };
    await Promise.all([reading(), reading()]);
    writing = false;
    await writer;
    expect(commits).toBeGreaterThan(20);
    expect(seen.size).toBeGreaterThan(20);
  });
});

describe('gate', () => {
  it('resolves when no statement runs, holds the next back, and lets it go', async () => {
    const { pool, ask } = await start();
    const running = ask(SLOW);
    const open = await pool.gate();
    expect(pool.status.running).toBe(0);
    await running;
    const held = ask('SELECT 1');
    await nextTurn();
    expect(pool.status).toMatchObject({ running: 0, queued: 1 });
    open();
    open();
    expect((await held).rows).toEqual([[1]]);
  });

  it('lets the writer reset a log that flat-out readers would pin', async () => {
    const { database, pool, ask } = await start({ size: 2 });
    let reading = true;
    const readers = [1, 2].map(async () => {
      while (reading) await ask('SELECT count(*) FROM events a JOIN events b ON a.site = b.site');
    });
    for (let round = 0; round < 5; round++) {
      database.db.exec('UPDATE events SET severity = severity + 1');
      const open = await pool.gate();
      expect(database.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 });
      open();
      await ask('SELECT 1');
    }
    reading = false;
    await Promise.all(readers);
  });

  it('does not count against a reader that is killed meanwhile', async () => {
    const { pool, ask } = await start({ size: 1, limits: { timeMs: 2_000 } });
    const endless = expect(ask(ENDLESS)).rejects.toMatchObject({ code: 'limit-exceeded' });
    (await pool.gate())();
    await endless;
    expect((await ask('SELECT 1')).rows).toEqual([[1]]);
  });
});

describe('reopen', () => {
  it('reads a file that took the place of the old one, in every reader', async () => {
    const { database, pool, ask } = await start({ size: 2 });
    const dump = join(database.folder, 'dump.db');
    database.db.exec(`VACUUM INTO '${dump}'`);
    pool.reopen(dump);
    expect((await ask('SELECT count(*) FROM events')).rows).toEqual([[100]]);
    database.db.exec('DELETE FROM events WHERE serial > 1; UPDATE panelcast_state SET seq = 8');
    database.db.exec(`VACUUM INTO '${dump}.next'`);
    renameSync(`${dump}.next`, dump);
    pool.reopen(dump);
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask('SELECT count(*) FROM events')));
    for (const answer of answers) expect(answer).toMatchObject({ rows: [[1]], seq: 8 });
  });

  it('lets the statement that runs finish on the old file', async () => {
    const { database, pool, ask } = await start({ size: 1 });
    const copy = join(database.folder, 'copy.db');
    database.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(database.file, copy);
    const slow = ask(`${SLOW.replace('max(i)', 'max(i), (SELECT count(*) FROM events)')}`);
    database.db.exec(`DELETE FROM events WHERE serial > 1; VACUUM INTO '${copy}.small'`);
    pool.reopen(`${copy}.small`);
    expect((await slow).rows[0]![0]).toBe(1_000_000);
    expect((await ask('SELECT count(*) FROM events')).rows).toEqual([[1]]);
  });
});

describe('close', () => {
  it('ends every process within a second, whatever runs, and refuses what comes later', async () => {
    const { pool, ask } = await start({ size: 2 });
    const stopped = [ENDLESS, ENDLESS, 'SELECT 1'].map(sql =>
      expect(ask(sql)).rejects.toMatchObject({ code: 'stopping' }),
    );
    const since = performance.now();
    await pool.close();
    console.log(`close with two endless statements: ${Math.round(performance.now() - since)} ms`);
    await Promise.all(stopped);
    expect(childrenOf(process.pid)).toEqual([]);
    await expect(ask('SELECT 1')).rejects.toMatchObject({ code: 'stopping' });
  });

  it('lets a statement that is about to end give its answer', async () => {
    const { pool, ask } = await start({ size: 1 });
    const last = ask('SELECT count(*) FROM events');
    await pool.close();
    expect((await last).rows).toEqual([[100]]);
  });
});
