import { describe, expect, it } from 'vitest';
import { LiveServer } from './live-server.ts';
import { factsAt } from './scripted-notifier.ts';
import type { Viewer } from './viewer.ts';

/** Every cut of a kilobyte asks, so that a few cuts fill the window. */
const LIMITS = { ackBytes: 1000, unansweredBytes: 100_000 };
const KILOBYTE = 'x'.repeat(1000);

async function slowViewer(server: LiveServer, streams: readonly number[] = [1]): Promise<Viewer> {
  return server.subscriber(streams, { answers: false });
}

/** Resolves once everything said before has reached the viewer. */
async function settled(server: LiveServer, viewer: Viewer): Promise<void> {
  viewer.say({ type: 'flush', id: `settled-${viewer.texts.length}`, minSeq: 0 });
  await server.notifier.heard('flush', server.notifier.of('flush').length + 1);
}

describe('a cut asks for an answer', () => {
  it('once enough bytes have gone out, and not before', async () => {
    const server = await LiveServer.start({ limits: { ackBytes: 3000 } });
    const viewer = await server.subscriber([1]);
    const asked: boolean[] = [];
    for (let asOf = 1; asOf <= 8; asOf++) {
      server.notifier.cut(asOf, [1], KILOBYTE);
      asked.push((await viewer.next('cut')).ack === true);
    }
    expect(asked).toEqual([false, false, true, false, false, true, false, false]);
  });

  it('once enough time has passed', async () => {
    const server = await LiveServer.start({ limits: { ackMs: 2000 } });
    const viewer = await server.subscriber([1]);
    server.notifier.cut(1, [1]);
    expect((await viewer.next('cut')).ack).toBeUndefined();
    server.clock.pass(2000);
    server.notifier.cut(2, [1]);
    expect((await viewer.next('cut')).ack).toBe(true);
    server.notifier.cut(3, [1]);
    expect((await viewer.next('cut')).ack).toBeUndefined();
  });

  it('of a few viewers at a time, so that not all answer at once', async () => {
    const server = await LiveServer.start({ limits: { ackBytes: 8500 } });
    const viewers = await Promise.all(Array.from({ length: 16 }, () => server.subscriber([1])));
    for (let asOf = 1; asOf <= 16; asOf++) {
      server.notifier.cut(asOf, [1], KILOBYTE);
      const asked = await Promise.all(viewers.map(async viewer => (await viewer.next('cut')).ack === true));
      expect(asked.filter(Boolean).length).toBeLessThanOrEqual(4);
      await Promise.all(viewers.map(viewer => viewer.heardByServer()));
    }
  });
});

describe('a viewer that does not answer', () => {
  it('gets two cuts that ask and then nothing, while others get all', async () => {
    const server = await LiveServer.start({ limits: LIMITS });
    const [slow, quick] = [await slowViewer(server), await server.subscriber([1])];
    for (let asOf = 1; asOf <= 6; asOf++) {
      server.notifier.cut(asOf, [1], KILOBYTE);
      expect((await quick.next('cut')).asOf).toBe(asOf);
      await quick.heardByServer();
    }
    await settled(server, slow);
    const cuts = slow.received.filter(message => message.type === 'cut');
    expect(cuts.map(({ asOf, ack }) => [asOf, ack])).toEqual([
      [1, true],
      [2, true],
    ]);
    expect(server.live.stats()).toMatchObject({ stale: 1, conflations: 1 });
  });

  it('is refreshed from the last cut that it was sent when it has answered all', async () => {
    const server = await LiveServer.start({ limits: LIMITS });
    const slow = await slowViewer(server);
    for (const asOf of [10, 20, 30, 40]) server.notifier.cut(asOf, [1], KILOBYTE);
    await slow.next('cut');
    await slow.next('cut');
    slow.say({ type: 'applied', asOf: 10 });
    await settled(server, slow);
    expect(server.notifier.of('refresh')).toEqual([]);
    slow.say({ type: 'applied', asOf: 20 });
    expect(await server.notifier.heard('refresh')).toEqual({ type: 'refresh', session: slow.session, since: 20 });
  });

  it('gets no cut between its answer and the refresh, and every cut after it', async () => {
    const server = await LiveServer.start({ limits: LIMITS });
    const slow = await slowViewer(server);
    for (const asOf of [10, 20, 30]) server.notifier.cut(asOf, [1], KILOBYTE);
    await slow.next('cut');
    await slow.next('cut');
    slow.say({ type: 'applied', asOf: 20 });
    await server.notifier.heard('refresh');
    server.notifier.cut(40, [1]);
    server.notifier.say({
      type: 'send',
      session: slow.session,
      refreshed: true,
      messages: [{ type: 'snap', view: 'v1', asOf: 40, fields: [], values: [], conflated: true }],
      cut: factsAt(40),
    });
    server.notifier.cut(50, [1]);
    expect(await slow.next('snap')).toMatchObject({ asOf: 40, conflated: true });
    expect((await slow.next('cut')).asOf).toBe(40);
    expect((await slow.next('delta')).asOf).toBe(50);
    expect(slow.texts.filter(text => text.includes('"asOf":30'))).toEqual([]);
    expect(server.live.stats()).toMatchObject({ stale: 0, conflations: 1 });
  });

  it('is refreshed from before a cut of the same seq that it missed', async () => {
    const server = await LiveServer.start({ limits: LIMITS });
    const slow = await slowViewer(server, [1, 2]);
    server.notifier.cut(10, [1], KILOBYTE);
    server.notifier.cut(20, [1], KILOBYTE);
    await slow.next('cut');
    await slow.next('cut');
    server.notifier.cut(20, [2], KILOBYTE);
    slow.say({ type: 'applied', asOf: 20 });
    expect((await server.notifier.heard('refresh')).since).toBe(19);
  });

  it('finds the answers to its own messages in the refresh', async () => {
    const server = await LiveServer.start({ limits: LIMITS });
    const slow = await slowViewer(server);
    for (const asOf of [10, 20, 30]) server.notifier.cut(asOf, [1], KILOBYTE);
    await slow.next('cut');
    await slow.next('cut');
    const opened = { type: 'opened', id: 'b', view: 'v2', role: 'primary', viewers: 1, fields: [] };
    server.notifier.say({
      type: 'send',
      session: slow.session,
      subscribe: [2],
      messages: [opened, { type: 'snap', view: 'v2', asOf: 35, fields: [], values: [] }],
      cut: factsAt(35),
    });
    slow.say({ type: 'applied', asOf: 20 });
    await server.notifier.heard('refresh');
    server.notifier.say({
      type: 'send',
      session: slow.session,
      refreshed: true,
      messages: [{ type: 'delta', view: 'v1', asOf: 40 }],
      cut: factsAt(40),
    });
    await slow.next('opened');
    expect((await slow.next('snap')).asOf).toBe(35);
    expect((await slow.next('cut')).asOf).toBe(40);
    server.notifier.cut(50, [2]);
    expect(await slow.next('delta')).toMatchObject({ view: 'v2', asOf: 50 });
  });

  it('cannot answer for a cut that it never got', async () => {
    const server = await LiveServer.start({ limits: LIMITS });
    const slow = await slowViewer(server);
    for (const asOf of [10, 20, 30]) server.notifier.cut(asOf, [1], KILOBYTE);
    slow.say({ type: 'applied', asOf: Number.MAX_SAFE_INTEGER });
    await settled(server, slow);
    expect(server.live.stats().stale).toBe(1);
    expect(server.notifier.of('refresh')).toEqual([]);
  });

  it('is told why and let go after a long time', async () => {
    const server = await LiveServer.start({ limits: { ...LIMITS, staleMs: 5000 } });
    const slow = await slowViewer(server);
    for (const asOf of [10, 20, 30]) server.notifier.cut(asOf, [1], KILOBYTE);
    server.clock.pass(5000);
    expect(await slow.next('bye')).toMatchObject({ reason: 'too slow: stale for too long' });
    expect(await slow.closed).toEqual({ code: 1013, reason: 'too slow: stale for too long' });
    await server.notifier.heard('leave');
    expect(server.live.stats()).toMatchObject({ stale: 0, viewers: 0 });
  });

  it('is let go when too many answers wait for it', async () => {
    const server = await LiveServer.start({ limits: { ...LIMITS, heldBytes: 3000 } });
    const slow = await slowViewer(server);
    for (const asOf of [10, 20, 30]) server.notifier.cut(asOf, [1], KILOBYTE);
    for (let i = 0; i < 4; i++)
      server.notifier.say({ type: 'send', session: slow.session, messages: [{ type: 'gap', view: KILOBYTE }] });
    expect((await slow.closed).reason).toBe('too slow: too many answers waiting');
  });
});

describe('a viewer whose socket takes nothing', () => {
  it('costs a bounded number of bytes, and its own state alone', async () => {
    const server = await LiveServer.start({ limits: { ackBytes: 2 ** 40, ackMs: 2 ** 40 } });
    const [stalled, healthy] = [await server.subscriber([1]), await server.subscriber([1])];
    stalled.stall();
    const cuts = 300;
    const pad = 'x'.repeat(100_000);
    for (let asOf = 1; asOf <= cuts; asOf++) {
      server.notifier.cut(asOf, [1], pad);
      expect((await healthy.next('cut')).asOf).toBe(asOf);
    }
    const { stale, bytesSent } = server.live.stats();
    expect(stale).toBe(1);
    // What the kernel takes (some megabytes) and our second line; not the 30 MB that went by.
    expect(bytesSent - cuts * pad.length).toBeLessThan(12 * 2 ** 20);
  });

  it('is refreshed when it has drained, without having to answer', async () => {
    const server = await LiveServer.start({ limits: { ackBytes: 2 ** 40, ackMs: 2 ** 40 } });
    const stalled = await server.subscriber([1]);
    stalled.stall();
    let asOf = 0;
    while (server.live.stats().conflations === 0) server.notifier.cut(++asOf, [1], 'x'.repeat(500_000));
    stalled.wake();
    expect(await server.notifier.heard('refresh')).toMatchObject({ since: asOf - 1 });
  });

  it('goes on as if nothing had been, when it missed nothing', async () => {
    const server = await LiveServer.start({ limits: { ackBytes: 2 ** 40, ackMs: 2 ** 40, socketBytes: 1000 } });
    const stalled = await server.subscriber([1]);
    stalled.stall();
    let asOf = 0;
    while (server.live.stats().stale === 0) server.notifier.cut(++asOf, [1], 'x'.repeat(500_000));
    stalled.wake();
    for (let got = 0; got < asOf; ) got = (await stalled.next('cut')).asOf;
    await settled(server, stalled);
    expect(server.notifier.of('refresh')).toEqual([]);
    server.notifier.cut(++asOf, [1]);
    expect((await stalled.next('cut')).asOf).toBe(asOf);
    expect(server.live.stats()).toMatchObject({ stale: 0, conflations: 0 });
  });
});
