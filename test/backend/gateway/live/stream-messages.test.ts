import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bodyMessages, queryMessages } from '../../../../backend/gateway/live/stream-messages.ts';
import { connectTo } from '../../../support/test-server.ts';
import { LiveServer } from './live-server.ts';
import { factsAt } from './scripted-notifier.ts';

const REQUEST = { filter: "site = 'lon' AND severity >= 4" };
const STREAM = `/api/stream?client=cron&resume=2:41&open=${encodeURIComponent(JSON.stringify(REQUEST))}&open=%7B%7D`;

interface LineStream {
  readonly response: IncomingMessage;
  readonly lines: AsyncIterator<string>;
}

async function ask(
  server: LiveServer,
  path: string,
  body?: string,
  type = 'application/x-ndjson',
): Promise<LineStream> {
  const client = request({
    port: server.port,
    host: '127.0.0.1',
    path,
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': type },
  });
  onTestFinished(() => void client.destroy());
  client.on('error', () => {});
  client.end(body);
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  return { response, lines: createInterface({ input: response })[Symbol.asyncIterator]() };
}

async function nextLine({ lines }: LineStream): Promise<unknown> {
  const { value } = await lines.next();
  return value === undefined ? undefined : JSON.parse(value);
}

describe('a stream of lines', () => {
  it('has the same messages as a WebSocket, and never asks for an answer', async () => {
    const server = await LiveServer.start({ limits: { ackBytes: 1 } });
    const stream = await ask(server, STREAM);
    expect(stream.response.headers).toMatchObject({ 'content-type': 'application/x-ndjson; charset=utf-8' });
    expect(await nextLine(stream)).toMatchObject({ type: 'welcome', session: '1' });
    await server.notifier.heard('open', 2);
    expect(server.notifier.told).toEqual([
      { type: 'join', session: 1, identity: { role: 'viewer' }, client: 'viewer/cron', resume: { epoch: 2, seq: 41 } },
      { type: 'open', session: 1, id: '1', request: REQUEST },
      { type: 'open', session: 1, id: '2', request: {} },
    ]);
    server.notifier.subscribe(1, [7], 5);
    server.notifier.cut(6, [7]);
    for (const expected of [
      { type: 'snap', asOf: 5 },
      { type: 'cut', asOf: 5 },
      { type: 'delta', asOf: 6 },
    ])
      expect(await nextLine(stream)).toMatchObject(expected);
    expect(await nextLine(stream)).toEqual({ type: 'cut', ...factsAt(6) });
  });

  it('shares groups with its kind alone', async () => {
    const server = await LiveServer.start();
    const [line, socket] = [await ask(server, STREAM), await server.subscriber([7])];
    await nextLine(line);
    server.notifier.subscribe(1, [7], 5);
    server.notifier.cut(6, [7]);
    expect(await socket.next('delta')).toMatchObject({ asOf: 6 });
    expect(server.live.stats()).toMatchObject({ viewers: 2, groups: 2 });
  });

  it('is opened by a posted body as well, as lines or as a list', async () => {
    const server = await LiveServer.start();
    const messages = [
      { type: 'hello', protocol: 'panelcast.v1' },
      { type: 'open', id: 'x', request: REQUEST },
    ];
    await nextLine(await ask(server, '/api/stream', messages.map(message => JSON.stringify(message)).join('\n')));
    await nextLine(await ask(server, '/api/stream', JSON.stringify(messages), 'application/json'));
    await server.notifier.heard('open', 2);
    expect(server.notifier.of('open').map(({ session, id }) => [session, id])).toEqual([
      [1, 'x'],
      [2, 'x'],
    ]);
  });

  it('answers in the stream what one of its opens may not have', async () => {
    const server = await LiveServer.start({ limits: { registrations: 1 } });
    const stream = await ask(server, STREAM);
    await nextLine(stream);
    expect(await nextLine(stream)).toMatchObject({ type: 'error', id: '2', code: 'limit-exceeded' });
    server.notifier.subscribe(1, [7], 5);
    expect(await nextLine(stream)).toMatchObject({ type: 'snap' });
  });

  it('ends with bye and the end of the body', async () => {
    const server = await LiveServer.start();
    const stream = await ask(server, STREAM);
    await nextLine(stream);
    await server.live.stop();
    expect(await nextLine(stream)).toMatchObject({ type: 'bye', reason: 'the notifier is stopping' });
    expect(await nextLine(stream)).toBeUndefined();
  });

  it('leaves when its reader goes, wholly or by half', async () => {
    const server = await LiveServer.start();
    const stream = await ask(server, STREAM);
    stream.response.destroy();
    await server.notifier.heard('leave');
    const raw = await connectTo(server.server);
    raw.send(`GET ${STREAM} HTTP/1.1\r\nhost: panelcast\r\n\r\n`);
    await raw.until('welcome');
    raw.socket.end();
    await server.notifier.heard('leave', 2);
  });

  it('has its connection for itself', async () => {
    const server = await LiveServer.start();
    const raw = await connectTo(server.server);
    const get = `GET ${STREAM} HTTP/1.1\r\nhost: panelcast\r\n\r\n`;
    raw.send(get + get);
    await raw.until('welcome');
    await server.notifier.heard('open', 2);
    while (server.rejected.length === 0) {
      await new Promise(resolve => setImmediate(resolve));
      server.clock.pass(100);
    }
    expect([server.rejected, server.live.stats().viewers]).toEqual([['bad-request'], 1]);
  });

  it('follows an ordinary answer on its connection, as soon as that is written', async () => {
    const server = await LiveServer.start();
    const raw = await connectTo(server.server);
    raw.send(['/no-such-page', STREAM].map(path => `GET ${path} HTTP/1.1\r\nhost: panelcast\r\n\r\n`).join(''));
    await raw.until('welcome');
    expect(server.live.stats().viewers).toBe(1);
  });

  it('is refreshed when a stalled reader has drained', async () => {
    const server = await LiveServer.start();
    const stream = await ask(server, STREAM);
    await nextLine(stream);
    server.notifier.subscribe(1, [7], 5);
    stream.response.socket.pause();
    let asOf = 5;
    while (server.live.stats().conflations === 0) server.notifier.cut(++asOf, [7], 'x'.repeat(500_000));
    stream.response.socket.resume();
    stream.response.resume();
    expect(await server.notifier.heard('refresh')).toMatchObject({ session: 1, since: asOf - 1 });
  });

  it.each([
    ['/api/stream', 'query.open is missing; it must be a request as JSON'],
    ['/api/stream?open={', 'query.open[0] is not JSON'],
    ['/api/stream?open={}&resume=7', 'query.resume must be EPOCH:SEQ, two whole numbers'],
    ['/api/stream?opne={}', 'query has no field "opne"; did you mean "open"?'],
    ['/api/stream?open={"limit":0}', 'query.open[0].limit must be a whole number from 1, not 0'],
  ])('is refused for %s before it begins', async (path, message) => {
    const server = await LiveServer.start();
    const stream = await ask(server, path.replaceAll(/[{}"]/g, encodeURIComponent));
    expect(stream.response.statusCode).toBe(400);
    expect(await nextLine(stream)).toMatchObject({
      error: { code: 'bad-request', message: expect.stringContaining(message) },
    });
    expect(server.live.stats().viewers).toBe(0);
  });
});

describe('the messages of a stream', () => {
  it('number the opens of a query', () => {
    const messages = queryMessages({ open: ['{}', '{"limit":3}'] });
    expect(messages.map(message => ('id' in message ? message.id : message.type))).toEqual(['hello', '1', '2']);
  });

  it('begin with hello and go on with opens', () => {
    expect(() => bodyMessages('{"type":"open","id":"a","request":{}}')).toThrow('the first message must be hello');
    expect(() => bodyMessages('{"type":"hello","protocol":"panelcast.v1"}\n\n{"type":"pong"}')).toThrow(
      'takes open messages only',
    );
    expect(() => bodyMessages('not json')).toThrow('message 0 is not JSON: what stands at 0');
  });
});
