import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpLab } from '../../support/http-lab.ts';

let lab: HttpLab;

beforeAll(async () => {
  lab = await HttpLab.start();
});
afterAll(() => lab.stop());

/** One value of the events table. */
async function value(what: string, identifier: string): Promise<unknown> {
  const sql = `SELECT ${what} FROM events WHERE identifier = ?`;
  return (await lab.post('/api/sql', { sql, params: [identifier] })).body.rows[0]?.[0];
}

describe('POST /api/events', () => {
  it('takes one event, and answers with its seq once it is stored', async () => {
    const { body, status } = await lab.post('/api/events', { identifier: 'one', node: 'r1', severity: 4 });
    expect(status).toBe(200);
    expect(body).toEqual({ accepted: 1, seq: expect.any(Number) });
    expect(await value('severity', 'one')).toBe(4);
  });

  it('counts a repeated event up', async () => {
    const event = { identifier: 'again', node: 'r1', severity: 4 };
    await lab.post('/api/events', [event, event]);
    await lab.post('/api/events', event);
    expect(await value('tally', 'again')).toBe(3);
  });

  it('refuses a batch whole for one bad event, and names its index and column', async () => {
    const batch = [
      { identifier: 'good', severity: 1 },
      { identifier: 'bad', severity: 'hot' },
    ];
    const { body, status } = await lab.post('/api/events', batch);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'bad-event',
      message: expect.stringMatching(/^event 1: column "severity"/),
    });
    expect(await value('1', 'good')).toBeUndefined();
  });

  it('takes the good ones of a batch where that was asked for, and answers each bad one', async () => {
    const batch = [{ identifier: 'part', severity: 1 }, { identifier: 'x', sevrity: 1 }, 7];
    const { body } = await lab.post('/api/events?partial=true', batch);
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1 }, { index: 2 }] });
    expect(body.rejected[0].message).toContain('did you mean "severity"');
    expect(await value('severity', 'part')).toBe(1);
  });

  it('stores a write with an idempotency key once, and refuses the key for another', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const first = await lab.post('/api/events', { identifier: 'idem' }, headers);
    const second = await lab.post('/api/events', { identifier: 'idem' }, headers);
    expect(second).toEqual(first);
    expect(await value('tally', 'idem')).toBe(1);
    expect(await lab.post('/api/events', { identifier: 'other' }, headers)).toMatchObject({ status: 409 });
  });

  it('streams lines without holding them, and numbers a fault over the whole stream', async () => {
    const line = (i: number) => `${JSON.stringify({ identifier: `line-${i}`, severity: 1 })}\n`;
    const lines = Array.from({ length: 3500 }, (_, i) => line(i)).join('');
    expect((await lab.lines(lines)).body).toMatchObject({ accepted: 3500 });
    const broken = await lab.lines(`${lines}{"identifier": oops\n`);
    expect(broken.status).toBe(400);
    expect(broken.body.error.message).toMatch(
      /^event 3500 is not a line of JSON.*the 3000 events before this step are stored$/,
    );
    const unknown = await lab.lines(`${lines}{"identifier":"x","sevrity":1}\n`);
    expect(unknown.body.error.message).toMatch(/^event 3500: unknown column "sevrity"/);
    const headers = { 'content-type': 'application/x-ndjson' };
    const partly = await lab.raw('/api/events?partial=true', `${lines}{"identifier":"x","sevrity":1}\n`, headers);
    expect(partly.body).toMatchObject({
      accepted: 3500,
      rejected: [{ index: 3500, message: expect.stringMatching(/^event 3500: /) }],
    });
  });

  it.each([
    ['an empty body', '', 400],
    ['no JSON', '{"identifier"', 400],
    ['a number', '7', 400],
    ['nothing but blank lines', '\n\n', 400],
  ])('refuses %s', async (_, body, status) => {
    const headers = { 'content-type': body.startsWith('\n') ? 'application/x-ndjson' : 'application/json' };
    expect((await lab.raw('/api/events', body, headers)).status).toBe(status);
  });

  it('refuses what is not JSON by its type', async () => {
    const form = await lab.raw('/api/events', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(form.status).toBe(415);
    expect(JSON.stringify(form.body)).toContain('content-type: application/json');
  });
});

describe('POST /api/sql', () => {
  it('answers columns, rows and the seq they were true at', async () => {
    const { seq } = (await lab.post('/api/events', { identifier: 'sql', node: 'n1' })).body;
    const { body } = await lab.post('/api/sql', {
      sql: 'SELECT node, tally FROM events WHERE identifier = :id',
      params: { id: 'sql' },
    });
    expect(body).toEqual({ columns: ['node', 'tally'], rows: [['n1', 1]], seq: expect.any(Number) });
    expect(body.seq).toBeGreaterThanOrEqual(seq);
  });

  it('writes, and answers how much and at which seq', async () => {
    await lab.post('/api/events', { identifier: 'w' });
    const { body } = await lab.post('/api/sql', {
      sql: "UPDATE events SET owner = ? WHERE identifier = 'w'",
      params: ['ann'],
    });
    expect(body).toEqual({ changes: 1, seq: expect.any(Number) });
    expect(await value('owner', 'w')).toBe('ann');
  });

  it.each([
    ['a write hidden behind a comment', '/* SELECT */ DELETE FROM panelcast_log', 403],
    ['a second statement', 'SELECT 1; DELETE FROM events', 400],
    ['what is no SQL', 'SELEC 1', 400],
    ['a pragma', 'PRAGMA journal_mode', 403],
    ['the internals', 'SELECT * FROM panelcast_log', 403],
  ])('refuses %s in one sentence', async (_, sql, status) => {
    const answer = await lab.post('/api/sql', { sql });
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toMatch(/^[^\n]{5,300}$/);
  });

  it('lets WITH read and WITH write', async () => {
    const read = await lab.post('/api/sql', { sql: "WITH a AS (SELECT 'UPDATE x SET y' AS t) SELECT t FROM a" });
    expect(read.body.rows).toEqual([['UPDATE x SET y']]);
    const write = await lab.post('/api/sql', {
      sql: "WITH a AS (SELECT 1) UPDATE events SET tally = 9 WHERE identifier = 'w'",
    });
    expect(write.body).toMatchObject({ changes: 1 });
  });

  it('names a wrong field and a wrong parameter', async () => {
    expect((await lab.post('/api/sql', { sqll: 'x' })).body.error.message).toContain('did you mean "sql"');
    expect((await lab.post('/api/sql', { sql: 'SELECT ?', params: [{}] })).body.error.message).toContain(
      'body.params[0]',
    );
  });
});

describe('POST /api/query and /api/flush', () => {
  it('answers a request as Grafana data frames', async () => {
    await lab.post('/api/events', { identifier: 'q', node: 'q1', severity: 5, expires_after: 60 });
    const { body } = await lab.post('/api/query', {
      filter: "identifier = 'q'",
      columns: ['node', 'severity', 'expires_after', 'last_occurrence'],
    });
    const [{ data, schema }] = body.frames;
    expect(schema.fields.map(({ name, type }: { name: string; type: string }) => [name, type])).toEqual([
      ['serial', 'number'],
      ['node', 'string'],
      ['severity', 'number'],
      ['expires_after', 'number'],
      ['last_occurrence', 'time'],
    ]);
    expect(schema.fields[3].config).toEqual({ unit: 's' });
    expect(data.values.slice(1, 4)).toEqual([['q1'], [5], [60]]);
  });

  it('underlines a fault of the filter', async () => {
    const { body, status } = await lab.post('/api/query', { filter: 'severity >> 4' });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'bad-filter', position: 10 });
  });

  it('flushes up to a seq, and says that a seq to come is not there', async () => {
    const { seq } = (await lab.post('/api/events', { identifier: 'f' })).body;
    expect((await lab.post('/api/flush', { minSeq: seq })).body.asOf).toBeGreaterThanOrEqual(seq);
    expect(await lab.post('/api/flush', { minSeq: seq + 1_000_000 })).toMatchObject({ status: 504 });
  });
});

describe('names, schema and status', () => {
  it('saves a filter, lets it be used, and forgets it', async () => {
    expect((await lab.put('/api/filters/urgent', { filter: 'severity = 5' })).body).toEqual({ moved: 0 });
    expect(
      (await lab.post('/api/query', { filter: "@urgent AND identifier = 'q'" })).body.frames[0].data.values[0],
    ).toHaveLength(1);
    expect((await lab.get('/api/names')).body.filters).toEqual({ urgent: 'severity = 5' });
    await lab.delete('/api/filters/urgent');
    expect((await lab.post('/api/query', { filter: '@urgent' })).status).toBe(400);
    expect((await lab.delete('/api/filters/urgent')).status).toBe(404);
  });

  it('does not save a filter that means nothing, or that goes in a circle', async () => {
    expect((await lab.put('/api/filters/bad', { filter: 'sevrity = 5' })).body.error.message).toContain(
      'did you mean "severity"',
    );
    expect((await lab.put('/api/filters/loop', { filter: '@loop OR tally > 1' })).status).toBe(400);
    expect((await lab.put('/api/filters/1x', { filter: 'tally > 1' })).body.error.message).toContain(
      'must begin with a letter',
    );
    expect((await lab.get('/api/names')).body.filters).toEqual({});
  });

  it('saves a view', async () => {
    await lab.put('/api/views/worst', { filter: 'severity = 5', columns: ['node'] });
    expect((await lab.post('/api/query', { view: 'worst' })).body.frames[0].schema.fields).toHaveLength(2);
    await lab.delete('/api/views/worst');
  });

  it('describes the tables with types and enumerations', async () => {
    const { tables } = (await lab.get('/api/schema')).body;
    const events = tables.find(({ name }: { name: string }) => name === 'events');
    const severity = events.columns.find(({ name }: { name: string }) => name === 'severity');
    expect(severity).toMatchObject({
      type: 'integer',
      values: expect.arrayContaining([{ value: 5, name: 'critical', color: expect.any(String) }]),
    });
  });

  it('describes the tables of the notifier’s own source, each of which answers as it is described', async () => {
    const { panelcast } = (await lab.get('/api/schema')).body.sources;
    expect(panelcast.map(({ name }: { name: string }) => name)).toContain('sets');
    for (const { columns, name: table } of panelcast) {
      const { body } = await lab.post('/api/query', { source: 'panelcast', table });
      expect(body.frames[0].schema.fields.map(({ name }: { name: string }) => name)).toEqual(
        columns.map(({ name }: { name: string }) => name),
      );
    }
  });

  it('shows what there is', async () => {
    const { body } = await lab.get('/api/status');
    expect(body).toMatchObject({
      notifier: { sets: [] },
      store: { mode: 'durable', rows: { events: expect.any(Number) } },
      viewers: { viewers: 0 },
    });
  });
});
