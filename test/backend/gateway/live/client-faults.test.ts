import { describe, expect, it } from 'vitest';
import { connectTo } from '../../../support/test-server.ts';
import { LiveServer } from './live-server.ts';
import { Viewer } from './viewer.ts';

const open = (id: string) => ({ type: 'open', id, request: { filter: 'severity = 5' } });

const UPGRADE = [
  'GET /api/live HTTP/1.1',
  'host: panelcast',
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  '',
  '',
].join('\r\n');

describe('a fault of one message', () => {
  it('is answered with the field, and costs nothing else', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    viewer.say({ type: 'open', id: 'a', request: { metrics: [{ fn: 'count' }, { fn: 'sun', column: 'tally' }] } });
    expect(await viewer.next('error')).toEqual({
      type: 'error',
      id: 'a',
      code: 'bad-request',
      message:
        'open.request.metrics[1].fn must be one of count, sum, avg, min, max, distinct, distribution; did you mean "sum"?',
    });
    viewer.say('{"type":"open","id":"b",}');
    expect(await viewer.next('error')).toEqual({
      type: 'error',
      code: 'bad-request',
      message: 'the message is not JSON: what stands at 24 cannot be there',
      position: 24,
    });
    viewer.say(open('c'));
    await server.notifier.heard('open');
    expect(server.rejected).toEqual(['bad-request', 'bad-request']);
  });

  it('ends the connection when nothing it says is JSON', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    viewer.say('ping?');
    viewer.say(open('a'));
    viewer.say('ping?');
    viewer.webSocket.send(Buffer.from([1, 2, 3]));
    viewer.say('<xml/>');
    expect(await viewer.closed).toEqual({ code: 1002, reason: 'several messages in a row were not JSON' });
    expect(viewer.received.filter(({ type }) => type === 'error')).toHaveLength(4);
    expect(server.notifier.of('open')).toHaveLength(1);
  });

  it('is a second hello', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    viewer.say({ type: 'hello', protocol: 'panelcast.v1' });
    expect((await viewer.next('error')).message).toBe('hello was said already; it comes once, first');
  });
});

describe('a client without a proper hello', () => {
  it('that speaks of something else is let go', async () => {
    const server = await LiveServer.start();
    const viewer = await Viewer.connect(server.port);
    viewer.say(open('a'));
    expect((await viewer.closed).reason).toBe('the first message must be hello');
    expect(server.notifier.told).toEqual([]);
  });

  it('of another version learns which this is', async () => {
    const server = await LiveServer.start();
    const viewer = await Viewer.connect(server.port);
    viewer.say({ type: 'hello', protocol: 'panelcast.v2' });
    expect((await viewer.next('error')).message).toContain('hello.protocol must be panelcast.v1');
    expect((await viewer.closed).code).toBe(1002);
  });

  it('that says nothing is let go after a while', async () => {
    const server = await LiveServer.start();
    const viewer = await Viewer.connect(server.port);
    server.clock.pass(10_000);
    expect((await viewer.closed).reason).toBe('no hello came in time');
  });
});

describe('a client that asks too much', () => {
  it('gets no more registrations than a session may have, by number and by rate', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    viewer.sayTogether(Array.from({ length: 10_000 }, (_, i) => open(`r${i}`)));
    expect((await viewer.closed).reason).toBe('too many messages a second');
    expect(server.notifier.of('open')).toHaveLength(500);
    expect(server.rejected.filter(code => code === 'limit-exceeded')).toHaveLength(499);
    await server.notifier.heard('leave');
    expect(server.live.stats()).toMatchObject({ viewers: 0, registrations: 0 });
  });

  it('gets room again by closing, and by opens that failed', async () => {
    const server = await LiveServer.start({ limits: { registrations: 2 } });
    const viewer = await server.viewer();
    viewer.sayTogether([open('a'), open('b'), open('c'), { type: 'close', id: 'a' }, open('c')]);
    expect(await viewer.next('error')).toMatchObject({ id: 'c', code: 'limit-exceeded' });
    await server.notifier.heard('open', 3);
    server.notifier.say({
      type: 'send',
      session: viewer.session,
      messages: [{ type: 'error', id: 'b', code: 'bad-filter', message: 'expected a value' }],
      closed: ['b'],
    });
    await viewer.next('error');
    viewer.say(open('d'));
    expect((await server.notifier.heard('open', 4)).id).toBe('d');
  });

  it('cannot use the id of a registration twice', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    viewer.sayTogether([open('a'), open('a'), { type: 'flush', id: 'a', minSeq: 1 }]);
    expect(await viewer.next('error')).toMatchObject({ id: 'a', code: 'conflict' });
    expect(await viewer.next('error')).toMatchObject({ id: 'a', code: 'conflict' });
  });

  it('may talk on at the rate that is sustained', async () => {
    const server = await LiveServer.start({ limits: { messagesPerSecond: 10, messageBurst: 20 } });
    const viewer = await server.viewer();
    for (let second = 1; second <= 5; second++) {
      server.clock.pass(1000);
      viewer.sayTogether(Array.from({ length: 10 }, (_, seq) => ({ type: 'ack', view: 'v', seq })));
      await server.notifier.heard('ack', second * 10);
    }
    expect(server.live.stats().viewers).toBe(1);
  });

  it('sends no message over the limit of bytes', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    viewer.say({ type: 'open', id: 'a', request: { filter: `summary = '${'x'.repeat(70_000)}'` } });
    expect((await viewer.closed).code).toBe(1009);
  });
});

describe('a client that is half dead', () => {
  it('is let go when it says nothing to two pings', async () => {
    const server = await LiveServer.start();
    const [mute, alive] = [await server.viewer({ answers: false }), await server.viewer()];
    for (let period = 0; period < 3; period++) {
      server.clock.pass(30_000);
      await alive.next('ping');
      await alive.heardByServer();
    }
    expect(await mute.closed).toEqual({ code: 1008, reason: 'no answer to ping' });
    await server.notifier.heard('leave');
    expect(server.live.stats().viewers).toBe(1);
  });

  it('leaves when it closes its half of the connection', async () => {
    const server = await LiveServer.start();
    const raw = await connectTo(server.server);
    raw.send(UPGRADE);
    await raw.until('101 Switching Protocols');
    raw.socket.end();
    await raw.whole;
    expect(server.live.stats().viewers).toBe(0);
  });

  it.each([
    ['unmasked', [0x81, 0x02, 0x7b, 0x7d]],
    ['reserved', [0xf1, 0x80, 0, 0, 0, 0]],
    ['of an unknown kind', [0x83, 0x80, 0, 0, 0, 0]],
    ['a fragmented ping', [0x09, 0x80, 0, 0, 0, 0]],
  ])('is let go for a frame that is %s', async (_name, bytes) => {
    const server = await LiveServer.start();
    const raw = await connectTo(server.server);
    raw.send(UPGRADE);
    await raw.until('101 Switching Protocols');
    raw.socket.write(Buffer.from(bytes));
    const left = server.live.stats().viewers;
    expect(left).toBe(1);
    raw.socket.end();
    await raw.whole;
    expect(server.live.stats().viewers).toBe(0);
  });

  it('gets its own pings answered between frames, never inside one', async () => {
    const server = await LiveServer.start({ limits: { ackBytes: 2 ** 40 } });
    const viewer = await server.subscriber([1]);
    const pongs = Promise.withResolvers<void>();
    let count = 0;
    viewer.webSocket.on('pong', () => ++count === 50 && pongs.resolve());
    for (let asOf = 1; asOf <= 50; asOf++) {
      viewer.webSocket.ping(`p${asOf}`);
      server.notifier.cut(asOf, [1], 'x'.repeat(70_000));
    }
    for (let got = 0; got < 50; ) got = (await viewer.next('cut')).asOf;
    await pongs.promise;
  });
});

describe('an identity', () => {
  it('that expires ends its connection, which may come back at once', async () => {
    const expiresAtMs = Date.UTC(2026, 0, 1) + 60_000;
    const server = await LiveServer.start({ grant: { identity: { role: 'viewer' }, expiresAtMs } });
    const viewer = await server.viewer();
    server.clock.pass(50_000);
    await viewer.next('ping');
    await viewer.heardByServer();
    expect(server.live.stats().viewers).toBe(1);
    server.clock.pass(40_000);
    expect(await viewer.next('bye')).toEqual({ type: 'bye', reason: 'identity expired', retryAfterMs: 0 });
  });
});
