import { describe, expect, it } from 'vitest';
import { LiveServer } from './live-server.ts';
import { factsAt } from './scripted-notifier.ts';

/** More than one slice. */
const CROWD = 400;

async function crowd(server: LiveServer, streams: readonly number[]) {
  return Promise.all(Array.from({ length: CROWD }, () => server.subscriber(streams)));
}

describe('a sweep in slices', () => {
  it('ends before a viewer that joins meanwhile gets its snapshot, and leaves nobody out', async () => {
    const server = await LiveServer.start();
    const viewers = await crowd(server, [1]);
    const joiner = await server.viewer();
    server.notifier.cut(10, [1]);
    const { deliveries } = server.live.stats();
    expect(deliveries).toBeLessThan(2 * CROWD); // the first slice is written, the rest waits
    server.notifier.subscribe(joiner.session, [1], 10);
    server.notifier.cut(20, [1]);
    expect(joiner.received).toEqual([]);
    expect((await joiner.next('snap')).asOf).toBe(10);
    expect((await joiner.next('cut')).asOf).toBe(10);
    expect((await joiner.next('delta')).asOf).toBe(20);
    for (const viewer of viewers) {
      expect((await viewer.next('delta')).asOf).toBe(10);
      expect((await viewer.next('delta')).asOf).toBe(20);
    }
  });

  it('passes nobody over when viewers leave meanwhile', async () => {
    const server = await LiveServer.start();
    const viewers = await crowd(server, [1]);
    server.notifier.cut(10, [1]);
    for (const viewer of viewers.slice(0, 100)) viewer.webSocket.terminate();
    for (const viewer of viewers.slice(100)) expect((await viewer.next('delta')).asOf).toBe(10);
    await server.notifier.heard('leave', 100);
    server.notifier.cut(20, [1]);
    for (const viewer of viewers.slice(100)) expect((await viewer.next('delta')).asOf).toBe(20);
    expect(server.live.stats()).toMatchObject({ viewers: CROWD - 100, groups: 1 });
  });

  it('takes all cuts that waited for it in one write a viewer, each with its own cut', async () => {
    const server = await LiveServer.start();
    const viewers = await crowd(server, [1, 2]);
    const before = server.live.stats().deliveries;
    for (let asOf = 10; asOf < 20; asOf++) server.notifier.cut(asOf, [asOf % 2 ? 1 : 2]);
    for (const viewer of viewers) {
      for (let asOf = 10; asOf < 20; asOf++) {
        expect(await viewer.next('delta')).toMatchObject({ asOf, view: `v${asOf % 2 ? 1 : 2}` });
        expect((await viewer.next('cut')).asOf).toBe(asOf);
      }
    }
    // The first cut went out alone, the nine that waited meanwhile together.
    expect(server.live.stats().deliveries - before).toBe(2 * CROWD);
  });
});

describe('output that comes faster than the sockets take it', () => {
  it('is skipped, and everybody is brought up to now by one refresh', async () => {
    const server = await LiveServer.start({ limits: { backlogBytes: 50_000, ackBytes: 2 ** 30 } });
    const viewers = await crowd(server, [1]);
    for (let asOf = 10; asOf <= 100; asOf += 10) server.notifier.cut(asOf, [1], 'x'.repeat(10_000));
    const refreshes = (await server.notifier.heard('refresh', CROWD)) && server.notifier.of('refresh');
    expect(new Set(refreshes.map(({ session }) => session)).size).toBe(CROWD);
    expect(server.live.stats()).toMatchObject({ conflations: CROWD, stale: CROWD, backlogBytes: 0 });
    for (const { session, since } of refreshes) {
      expect(since === 0 || since === 10).toBe(true);
      server.notifier.say({
        type: 'send',
        session,
        refreshed: true,
        messages: [{ type: 'delta', view: 'v1', asOf: 100 }],
        cut: factsAt(100),
      });
    }
    for (const viewer of viewers) {
      let { asOf } = await viewer.next('cut');
      if (asOf === 10) ({ asOf } = await viewer.next('cut'));
      expect(asOf).toBe(100);
    }
    expect(server.live.stats().stale).toBe(0);
  });
});

describe('a fault in one output item', () => {
  it('does not keep the next from its receivers', async () => {
    const server = await LiveServer.start();
    const [one, other] = [await server.subscriber([1]), await server.subscriber([1])];
    server.notifier.say({ type: 'send', session: one.session, messages: ['{"type":"error"'] });
    server.notifier.cut(10, [1]);
    expect((await other.next('delta')).asOf).toBe(10);
  });
});

describe('stopping', () => {
  it('writes what waits, says bye with staggered returns, and is over when the last has gone', async () => {
    const server = await LiveServer.start();
    const viewers = await crowd(server, [1]);
    server.notifier.cut(10, [1]);
    await server.live.stop('the notifier is stopping', 5000);
    const returns = new Set<number>();
    for (const viewer of viewers) {
      expect((await viewer.next('delta')).asOf).toBe(10);
      const { reason, retryAfterMs } = await viewer.next('bye');
      expect(reason).toBe('the notifier is stopping');
      returns.add(retryAfterMs);
      expect((await viewer.closed).code).toBe(1001);
    }
    expect(returns.size).toBeGreaterThan(CROWD / 2);
    expect(server.live.stats().viewers).toBe(0);
  });

  it('cuts off at the deadline who does not go, and takes nobody new', async () => {
    const server = await LiveServer.start();
    const stalled = await server.subscriber([1]);
    stalled.stall();
    const stopped = server.live.stop('the notifier is stopping', 5000);
    await expect(server.viewer()).rejects.toThrow('refused with 503');
    expect(server.live.stats().viewers).toBe(1);
    server.clock.pass(5000);
    await stopped;
    await server.notifier.heard('leave');
    expect(server.live.stats().viewers).toBe(0);
  });

  it('is what closing the server waits for', async () => {
    const server = await LiveServer.start();
    const viewer = await server.subscriber([1]);
    await server.server.close();
    expect((await viewer.next('bye')).reason).toBe('the notifier is stopping');
  });
});
