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
      /^event 3500: the line is not JSON: what stands at 15 .*the 3000 events before this step are stored$/,
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
    expect(form.body.error.message).toBe(
      'the body is “application/x-www-form-urlencoded”, which is not read here; send it with “content-type: application/json” or “content-type: application/x-ndjson”',
    );
    const sql = await lab.raw('/api/sql', 'SELECT 1', { 'content-type': 'text/plain' });
    expect(sql.status).toBe(415);
    expect(sql.body.error.message).toMatch(/“content-type: application\/json”$/);
  });

  it.each(['/api/events', '/api/sql', '/api/query'])('refuses an encoded body by its header: %s', async path => {
    const { body, status } = await lab.post(path, { identifier: 'zipped' }, { 'content-encoding': 'gzip' });
    expect(status).toBe(415);
    expect(body.error.message).toContain('Content-Encoding says “gzip”');
  });

  it.each([
    ['/api/events', 'the body is empty'],
    ['/api/sql', 'body must be an object, not nothing'],
    ['/api/query', 'request must be an object, not nothing'],
  ])('misses the body where there is none: %s', async (path, message) => {
    const { body, status } = await lab.raw(path, '', { 'content-type': 'application/json' });
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it.each(['/api/events', '/api/sql'])('says where a body is no JSON, and repeats nothing of it: %s', async path => {
    const { body } = await lab.raw(path, '{"identifier": s3cret}', { 'content-type': 'application/json' });
    expect(body.error).toEqual({
      code: 'bad-request',
      message: 'the body is not JSON: what stands at 15 cannot be there',
      position: 15,
    });
  });

  it.each([
    ['/api/events?partal=true', 'query has no field "partal"; did you mean "partial"?'],
    ['/api/sql?partial=true', 'query has no field "partial"; there are none'],
    ['/api/actions?kye=1', 'query has no field "kye"; did you mean "key"?'],
  ])('refuses what nobody reads in the address: %s', async (path, message) => {
    const { body, status } = await lab.post(path, {});
    expect([status, body.error.message]).toEqual([400, message]);
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

  it('has booleans as Grafana’s frames have them', async () => {
    await lab.post('/api/events', { identifier: 'yes-no', acknowledged: 1 });
    const { body } = await lab.post('/api/query', { filter: "identifier = 'yes-no'", columns: ['acknowledged'] });
    const [{ data, schema }] = body.frames;
    expect(schema.fields[1]).toMatchObject({ name: 'acknowledged', type: 'boolean' });
    expect(data.values[1]).toEqual([true]);
  });

  it('underlines a fault of the filter', async () => {
    const { body, status } = await lab.post('/api/query', { filter: 'severity >> 4' });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'bad-filter', position: 10 });
  });

  it('flushes up to a seq, and waits for one to come', async () => {
    const { seq } = (await lab.post('/api/events', { identifier: 'f' })).body;
    expect((await lab.post('/api/flush', { minSeq: seq })).body.asOf).toBeGreaterThanOrEqual(seq);
    const early = lab.post('/api/flush', { minSeq: seq + 2 });
    await lab.post('/api/events', [{ identifier: 'f' }, { identifier: 'f' }]);
    expect((await early).body.asOf).toBeGreaterThanOrEqual(seq + 2);
  });

  it('refuses to flush a view that nobody has open', async () => {
    const { body, status } = await lab.post('/api/flush', { minSeq: 0, views: ['nope'] });
    expect([status, body.error]).toEqual([404, { code: 'not-found', message: 'nobody has a view "nope" open' }]);
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
    for (const name of ['toString', 'constructor', '__proto__'])
      expect((await lab.delete(`/api/filters/${name}`)).status).toBe(404);
  });

  it('forgets a name for a client that says of no body that it is JSON', async () => {
    await lab.put('/api/filters/typed', { filter: 'severity = 5' });
    const headers = { 'content-type': 'application/json' };
    expect(await lab.ask('/api/filters/typed', { method: 'DELETE', headers })).toMatchObject({ body: { moved: 0 } });
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
