import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import { NotifierProcess } from '../../support/notifier-process.ts';
import { tempDir } from '../../support/temp-dir.ts';

const TOKEN = 'a-secret-of-this-test';
const EVENTS = [
  { identifier: 'a', node: 'r1', site: 'lon', severity: 5, summary: 'link down' },
  { identifier: 'b', node: 'r2', site: 'lon', severity: 4, summary: 'fan' },
  { identifier: 'c', node: "o'brien", site: 'nyc', severity: 3, summary: 'disk' },
];

/** Whatever the route answers: rows, or what was done, or why not. */
interface Answered {
  readonly rows: readonly (readonly never[])[];
  readonly seq: number;
  readonly asOf: number;
  readonly error: { readonly message: string };
}

/** The real notifier with three events, and a Grafana that signs identities. */
async function setUp() {
  const grafana = await fakeGrafana();
  const notifier = await NotifierProcess.serve(tempDir(), [], {
    PANELCAST_TOKEN: TOKEN,
    PANELCAST_GRAFANA_URL: grafana.url,
    PANELCAST_INTERVAL_MS: '60000',
  });
  const { origin } = notifier;
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Answered };
  };
  await post('/api/events', EVENTS);
  const as = (role: string, username = 'ann') => ({ 'x-grafana-id': grafana.identity(role, username) });
  const act = (body: unknown, headers = as('Editor'), query = '') => post(`/api/actions${query}`, body, headers);
  const rows = async (columns: string) =>
    (await post('/api/sql', { sql: `SELECT ${columns} FROM events ORDER BY identifier` })).body.rows;
  const serials: number[] = (await rows('serial')).flat();
  return { origin, post, act, as, rows, serials };
}

async function fakeGrafana() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }];
  const server = createServer((_, answer) => void answer.end(JSON.stringify({ keys })));
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const identity = (role: string, username: string): string => {
    const claims = { exp: Math.floor(Date.now() / 1000) + 600, username, role };
    const unsigned = [{ alg: 'ES256', kid: 'k1', typ: 'jwt' }, claims]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(unsigned), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${unsigned}.${signature.toString('base64url')}`;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, identity };
}

/** A page: it has these views open and remembers what it was told. */
class PageClient {
  readonly told: ServerMessage[] = [];
  readonly #socket: WebSocket;
  #changed = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', data => {
      for (const line of String(data).split('\n')) if (line !== '') this.told.push(JSON.parse(line));
      this.#changed();
    });
    onTestFinished(() => socket.terminate());
  }

  static async open(origin: string, requests: readonly Request[]): Promise<PageClient> {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/live`, 'panelcast.v1', {
      headers: { authorization: `Bearer ${TOKEN}`, 'user-agent': 'Grafana/13.2.2' },
    });
    const page = new PageClient(socket);
    await new Promise(open => socket.once('open', open));
    page.#say({ type: 'hello', protocol: 'panelcast.v1' });
    requests.forEach((request, i) => void page.#say({ type: 'open', id: `p${i}`, request }));
    await page.until(
      () => page.told.filter(({ type }) => type === 'snap' || type === 'metric').length === requests.length,
    );
    await page.until(() => page.told.at(-1)?.type === 'cut');
    page.told.length = 0;
    return page;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>(changed => (this.#changed = changed));
  }

  #say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}

const FAULTS: readonly (readonly [body: object, status: number, words: string])[] = [
  [{ action: 'acknowlege', keys: [1] }, 400, 'did you mean "acknowledge"?'],
  [{ action: 'acknowledge' }, 400, 'must say which rows'],
  [{ action: 'acknowledge', filter: '  ' }, 400, 'must say which rows'],
  [{ action: 'acknowledge', keys: [] }, 400, 'body.keys is empty'],
  [{ action: 'severity', keys: [1], value: 'critcal' }, 400, 'did you mean "critical"?'],
  [{ action: 'severity', keys: [1], value: 17 }, 400, 'needs a value of severity: 0 clear'],
  [{ action: 'note', keys: [1], value: ' ' }, 400, 'a text of 1 to'],
  [{ action: 'delete', keys: ['1 OR 1=1'] }, 400, '"serial" is a whole number'],
  [{ action: 'delete', keys: [424242] }, 404, 'there is no such row'],
  [{ action: 'delete', filter: 'sevrity = 5' }, 400, 'did you mean "severity"?'],
  [{ action: 'delete', table: 'evnts', keys: [1] }, 404, 'did you mean "events"?'],
  [{ action: 'delete', keys: [1], sql: 'DROP TABLE events' }, 400, 'has no field "sql"'],
];

describe('POST /api/actions', () => {
  it('reaches every page in one and the same cut before the operator has the answer', async () => {
    const { act, origin, serials } = await setUp();
    const table: Request = { filter: 'severity >= 4', columns: ['node', 'acknowledged'] };
    const gauge: Request = { filter: 'severity >= 4 AND acknowledged = 0', metrics: [{ fn: 'count' }] };
    const pages = [await PageClient.open(origin, [table, gauge]), await PageClient.open(origin, [gauge, table])];
    // The interval is a minute: only a flush can bring the cut.
    const { body, status } = await act({ action: 'acknowledge', keys: [serials[0]] });
    expect({ status, body }).toMatchObject({ status: 200, body: { rows: 1, changes: 1 } });
    expect(body.asOf).toBeGreaterThanOrEqual(body.seq);
    for (const page of pages) {
      await page.until(() => page.told.some(({ type }) => type === 'cut'));
      expect(page.told.map(({ type }) => type).sort()).toEqual(['cut', 'delta', 'metric']);
      expect(page.told.at(-1)).toMatchObject({ type: 'cut', asOf: body.asOf });
      expect(page.told.find(({ type }) => type === 'metric')).toMatchObject({ asOf: body.asOf, values: [[1]] });
      expect(page.told.find(({ type }) => type === 'delta')).toMatchObject({ asOf: body.asOf });
    }
  });

  it('is refused to viewers, to unsigned callers of Grafana’s proxy and to strangers, and changes nothing', async () => {
    const { act, as, rows, serials } = await setUp();
    const body = { action: 'delete', keys: serials };
    const callers = [as('Viewer'), { 'user-agent': 'Grafana/13.2.2' }, { authorization: 'Bearer guessed' }];
    for (const headers of callers) {
      const answer = await act(body, headers as never);
      expect(answer).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
    }
    expect(await rows('identifier')).toHaveLength(3);
  });

  it('does what its name says', async () => {
    const { act, rows, serials } = await setUp();
    const keys = [serials[0]!];
    const first = async (columns: string) => (await rows(columns))[0]!;
    await act({ action: 'acknowledge', keys });
    await act({ action: 'own', keys });
    await act({ action: 'suppress', keys, value: 'suppressed' });
    expect(await first('acknowledged, owner, suppressed')).toEqual([1, 'ann', 4]);
    await act({ action: 'unacknowledge', keys });
    await act({ action: 'own', keys, value: '' });
    await act({ action: 'suppress', keys, value: 0 });
    expect(await first('acknowledged, owner, suppressed')).toEqual([0, null, 0]);
    const before: number = (await first('state_change'))[0]!;
    await act({ action: 'severity', keys, value: 'Warning' });
    expect(await first('severity')).toEqual([2]);
    expect((await first('state_change'))[0]).toBeGreaterThan(before);
    await act({ action: 'note', keys, value: `on it, "really"'` });
    await act({ action: 'note', keys, value: 'done' });
    expect(JSON.parse((await first('extra'))[0]!).notes).toMatchObject([
      { by: 'ann', text: `on it, "really"'`, at: expect.any(Number) },
      { by: 'ann', text: 'done' },
    ]);
    await act({ action: 'delete', keys });
    expect(await rows('identifier')).toEqual([['b'], ['c']]);
  });

  it('takes keys and words from the address too, as Grafana’s actions send them safely', async () => {
    const { act, rows, as, serials } = await setUp();
    const query = `?key=${serials[1]}&key=${serials[2]}&value=${encodeURIComponent(`O'Neil "Jo"`)}`;
    expect(await act({ action: 'own' }, as('Editor'), query)).toMatchObject({ body: { rows: 2, changes: 2 } });
    expect(await rows('owner')).toEqual([[null], [`O'Neil "Jo"`], [`O'Neil "Jo"`]]);
  });

  it('does it to all rows that a filter keeps, if they are as many as was agreed', async () => {
    const { act, rows } = await setUp();
    const bulk = { action: 'acknowledge', filter: "site = 'lon' AND acknowledged = 0" };
    expect(await act({ ...bulk, expected: 3 })).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', message: 'it would be 2 rows by now, not 3; nothing was done' } },
    });
    expect(await rows('acknowledged')).toEqual([[0], [0], [0]]);
    expect(await act({ ...bulk, expected: 2 })).toMatchObject({ body: { rows: 2, changes: 2 } });
    expect(await rows('acknowledged')).toEqual([[1], [1], [0]]);
    expect(await act({ ...bulk, filter: "site = 'lon'" })).toMatchObject({ body: { rows: 2, changes: 0 } });
  });

  it('answers a repetition under the same key as the first time, though other rows or none would be meant by now', async () => {
    const { act, as, rows, serials } = await setUp();
    const again = async (key: string, body: object, headers = as('Editor')) =>
      act(body, { ...headers, 'idempotency-key': key } as never);
    const noted = { action: 'note', keys: [serials[2]], value: 'call Bob' };
    const bulk = { action: 'acknowledge', filter: 'severity >= 4 AND acknowledged = 0', expected: 2 };
    const gone = { action: 'delete', keys: [serials[0]] };
    for (const [key, body] of [
      ['k1', noted],
      ['k2', bulk],
      ['k3', gone],
    ] as const) {
      const first = await again(key, body);
      expect(first).toMatchObject({ status: 200, body: { rows: body === bulk ? 2 : 1 } });
      const { body: second, status } = await again(key, body);
      expect([status, { ...second, asOf: first.body.asOf }]).toEqual([200, first.body]);
    }
    expect(JSON.parse((await rows('extra'))[1]![0]!).notes).toHaveLength(1);
    expect(await again('k1', { ...noted, value: 'call Eve' })).toMatchObject({ status: 409 });
    expect(await again('k1', noted, as('Editor', 'bob'))).toMatchObject({ status: 409 });
  });

  it('adds a note to all rows or to none, and never in the place of what is there', async () => {
    const { act, post, rows, serials } = await setUp();
    const note = (headers = {}) => act({ action: 'note', keys: serials, value: 'call Bob' }, headers as never);
    await post('/api/events', { identifier: 'b', extra: { notes: 'the reporter’s own' } });
    const told = await note({ 'idempotency-key': 'k' });
    expect(told).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect(told.body.error.message).toContain('the note was added to none of these rows: column "extra"');
    expect((await rows('extra')).flat()).toEqual([null, '{"notes":"the reporter’s own"}', null]);
    await post('/api/events', { identifier: 'b', extra: { if: 'ge0' } });
    expect(await note({ 'idempotency-key': 'k' })).toMatchObject({ body: { rows: 3, changes: 3 } });
    await post('/api/events', { identifier: 'b', extra: { if: 'ge1' } });
    const extra = JSON.parse((await rows('extra'))[1]![0]!);
    expect(extra).toMatchObject({ if: 'ge1', notes: [{ text: 'call Bob' }] });
  });

  it('is not widened by a filter that pretends to end early', async () => {
    const { act, rows, serials } = await setUp();
    const sly = { action: 'delete', keys: [serials[0]], filter: 'FALSE) OR (TRUE' };
    expect(await act(sly)).toMatchObject({ status: 400, body: { error: { code: 'bad-filter' } } });
    expect(await rows('identifier')).toHaveLength(3);
  });

  it('says what is wrong', async () => {
    const { act } = await setUp();
    for (const [body, status, words] of FAULTS) {
      const answer = await act(body);
      expect(answer, JSON.stringify(body)).toMatchObject({ status });
      expect(answer.body.error.message).toContain(words);
    }
  });
});
