import { describe, expect, it } from 'vitest';
import { PanelcastError } from '../../../../backend/lib/panelcast-error.ts';
import { LiveServer } from './live-server.ts';
import { factsAt } from './scripted-notifier.ts';
import { Viewer } from './viewer.ts';

const OPEN = { type: 'open', id: 'a', request: { filter: 'severity >= 4' } };

describe('a session', () => {
  it('is welcomed after its hello, and the notifier learns who joined', async () => {
    const server = await LiveServer.start({ grant: { identity: { role: 'operator', user: 'ann' } } });
    const viewer = await Viewer.connect(server.port);
    viewer.say({ type: 'hello', protocol: 'panelcast.v1', client: 'wall-1', resume: { epoch: 3, seq: 71 } });
    expect(await viewer.next('welcome')).toEqual({
      type: 'welcome',
      session: '1',
      protocol: 'panelcast.v1',
      epoch: 1,
      intervalMs: 1000,
    });
    expect(await server.notifier.heard('join')).toEqual({
      type: 'join',
      session: 1,
      identity: { role: 'operator', user: 'ann' },
      client: 'user/ann/wall-1',
      resume: { epoch: 3, seq: 71 },
    });
    expect(viewer.webSocket.protocol).toBe('panelcast.v1');
  });

  it('tells the opens of one page together', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    viewer.sayTogether(Array.from({ length: 20 }, (_, i) => ({ ...OPEN, id: `panel-${i}` })));
    await server.notifier.heard('open', 20);
    expect(server.notifier.bursts.at(-1)).toBe(20);
  });

  it('tells closes, flushes and saf acknowledgements', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    viewer.say(OPEN);
    viewer.say({ type: 'flush', id: 'f', minSeq: 12 });
    viewer.say({ type: 'ack', view: 'v1', seq: 9 });
    viewer.say({ type: 'close', id: 'a' });
    await server.notifier.heard('close');
    expect(server.notifier.told.slice(1)).toEqual([
      { type: 'open', session: 1, id: 'a', request: OPEN.request },
      { type: 'flush', session: 1, id: 'f', minSeq: 12 },
      { type: 'ack', session: 1, view: 'v1', seq: 9 },
      { type: 'close', session: 1, id: 'a' },
    ]);
  });

  it('leaves when its connection goes, however it goes', async () => {
    const server = await LiveServer.start();
    const [closing, cut] = [await server.viewer(), await server.viewer()];
    closing.webSocket.close();
    await server.notifier.heard('leave', 1);
    cut.webSocket.terminate();
    await server.notifier.heard('leave', 2);
    expect(server.notifier.of('leave').map(({ session }) => session)).toEqual([1, 2]);
    expect(server.live.stats().viewers).toBe(0);
  });

  it('is refused before the upgrade where the identity is', async () => {
    const server = await LiveServer.start({ grant: new PanelcastError('forbidden', 'the token is wrong') });
    await expect(Viewer.connect(server.port)).rejects.toThrow('refused with 403');
  });

  it('is refused where it offers only other subprotocols, and taken where it offers none', async () => {
    const server = await LiveServer.start();
    await expect(Viewer.connect(server.port, { protocols: ['mqtt'] })).rejects.toThrow('refused with 400');
    await server.viewer({ protocols: [] });
  });
});

describe('a plain request for the WebSocket', () => {
  it('is refused as any other faulty request', async () => {
    const { server } = await LiveServer.start();
    const response = await server.inject('/api/live');
    expect(response.statusCode).toBe(400);
    expect(response.json().error.message).toContain('takes a WebSocket upgrade');
    expect((await server.inject({ method: 'HEAD', url: '/api/stream?open={}' })).statusCode).toBe(405);
  });
});

describe('what the notifier sends', () => {
  it('reaches one session alone, closed by a cut', async () => {
    const server = await LiveServer.start();
    const [one, other] = [await server.viewer(), await server.viewer()];
    const opened = { type: 'opened', id: 'a', view: 'v7', role: 'primary', viewers: 1, fields: [] };
    const snap = { type: 'snap', view: 'v7', asOf: 5, fields: [], values: [['ü', '\u{1F680}']] };
    server.notifier.say({ type: 'send', session: one.session, messages: [opened, snap], cut: factsAt(5) });
    server.notifier.say({ type: 'send', session: other.session, messages: [{ type: 'flushed', id: 'f', asOf: 5 }] });
    await one.next('cut');
    await other.next('flushed');
    expect(one.texts.slice(1)).toEqual([
      JSON.stringify(opened),
      JSON.stringify(snap),
      '{"type":"cut","asOf":5,"epoch":1,"intervalMs":1000,"throttled":false}',
    ]);
    expect(other.texts).toHaveLength(2);
  });

  it('gives every subscriber the frames of its own streams in the order of the cut, then one cut', async () => {
    const server = await LiveServer.start();
    const streams = [[1, 2, 3], [1, 2, 3], [2, 3, 1], [1, 2, 3], [2], [3, 9]];
    const viewers = await Promise.all(streams.map(set => server.subscriber(set)));
    server.notifier.cut(10, [3, 1, 2]);
    for (const [i, viewer] of viewers.entries()) {
      await viewer.next('cut');
      expect(viewer.texts.slice(-viewer.texts.length).filter(text => text.includes('"asOf":10'))).toEqual([
        ...[3, 1, 2]
          .filter(stream => streams[i]!.includes(stream))
          .map(stream => JSON.stringify({ type: 'delta', view: `v${stream}`, asOf: 10, pad: '' })),
        '{"type":"cut","asOf":10,"epoch":1,"intervalMs":1000,"throttled":false}',
      ]);
    }
    expect(server.live.stats()).toMatchObject({ groups: 3, viewers: 6 });
  });

  it('says nothing to those whose streams did not change', async () => {
    const server = await LiveServer.start();
    const [touched, untouched] = [await server.subscriber([1]), await server.subscriber([2])];
    server.notifier.cut(10, [1]);
    server.notifier.cut(11, [2]);
    expect((await touched.next('cut')).asOf).toBe(10);
    expect((await untouched.next('cut')).asOf).toBe(11);
  });

  it('stops at once for a stream that is unsubscribed', async () => {
    const server = await LiveServer.start();
    const viewer = await server.subscriber([1, 2]);
    server.notifier.say({ type: 'send', session: viewer.session, messages: [], unsubscribe: [1] });
    server.notifier.cut(10, [1]);
    server.notifier.cut(11, [1, 2]);
    expect(await viewer.next('delta')).toMatchObject({ view: 'v2', asOf: 11 });
  });

  it('makes one group of a dashboard that opens panel by panel', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    for (let stream = 1; stream <= 20; stream++)
      server.notifier.say({ type: 'send', session: viewer.session, subscribe: [stream], messages: [] });
    server.notifier.cut(1, [20]);
    await viewer.next('cut');
    expect(server.live.stats().groups).toBe(1);
  });
});
