import { describe, expect, it } from 'vitest';
import { KnownOpens } from '../../../../backend/gateway/live/known-opens.ts';
import { LiveServer } from './live-server.ts';

const OPEN = { type: 'open', id: 'a', request: { filter: 'severity >= 4', columns: ['node'] } };

describe('an open in words that were said before', () => {
  it('is one request for all who say it, and means the same', async () => {
    const server = await LiveServer.start();
    const [ann, bob] = [await server.viewer(), await server.viewer()];
    ann.say(OPEN);
    const first = await server.notifier.heard('open', 1);
    bob.say(OPEN);
    const second = await server.notifier.heard('open', 2);
    expect(second).toEqual({ type: 'open', session: 2, id: 'a', request: OPEN.request });
    expect(second.request).toBe(first.request);
  });

  it('goes on from where each says that it is', async () => {
    const server = await LiveServer.start();
    const [ann, bob] = [await server.viewer(), await server.viewer()];
    ann.say({ ...OPEN, since: 7 });
    await server.notifier.heard('open', 1);
    bob.say({ ...OPEN, since: 9 });
    await server.notifier.heard('open', 2);
    expect(server.notifier.of('open').map(({ since }) => since)).toEqual([7, 9]);
  });

  it('is refused by its id where the session may not say it', async () => {
    const server = await LiveServer.start();
    const viewer = await server.viewer();
    viewer.say(OPEN);
    viewer.say(OPEN);
    expect(await viewer.next('error')).toMatchObject({ id: 'a', code: 'conflict' });
  });
});

describe('what is known of opens', () => {
  it('has a bound in number and length, and begins anew beyond it', () => {
    const opens = new KnownOpens();
    const open = { type: 'open', id: 'a', request: {} } as const;
    opens.keep('long'.repeat(1000), open);
    for (let i = 0; i < 2000; i++) opens.keep(`${i}`, open);
    expect(opens.get('long'.repeat(1000))).toBeUndefined();
    expect([opens.get('0'), opens.get('1999')]).toEqual([open, open]);
    opens.keep('one more', open);
    expect([opens.get('0'), opens.get('one more')]).toEqual([undefined, open]);
  });
});
