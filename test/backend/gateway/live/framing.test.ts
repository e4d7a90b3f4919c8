import { describe, expect, it } from 'vitest';
import { frame, lineFraming, webSocketFraming } from '../../../../backend/gateway/live/framing.ts';
import { LiveServer } from './live-server.ts';
import { factsAt } from './scripted-notifier.ts';

const text = (bytes: number) => Buffer.alloc(bytes, 'x');

describe('a WebSocket frame', () => {
  it.each([
    [0, [0x81, 0]],
    [1, [0x81, 1]],
    [125, [0x81, 125]],
    [126, [0x81, 126, 0, 126]],
    [65_535, [0x81, 126, 0xff, 0xff]],
    [65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
    [100_000, [0x81, 127, 0, 0, 0, 0, 0, 1, 0x86, 0xa0]],
  ])('of %i bytes has the header that RFC 6455 gives it', (bytes, header) => {
    const framed = frame(webSocketFraming, text(bytes));
    expect(framed.length).toBe(webSocketFraming.size(bytes));
    expect([...framed.subarray(0, header.length)]).toEqual(header);
    expect(framed.subarray(header.length).equals(text(bytes))).toBe(true);
  });

  it('counts bytes and not characters', () => {
    expect([...frame(webSocketFraming, 'ü').subarray(0, 2)]).toEqual([0x81, 2]);
  });

  it('arrives byte for byte at all header sizes, alone and among others, in small groups and large', async () => {
    const server = await LiveServer.start();
    const viewers = await Promise.all(Array.from({ length: 8 }, (_, i) => server.subscriber(i < 2 ? [1, 2] : [1])));
    const messages = [99, 100, 65_509, 65_510, 65_511, 9_000, 200_000, 3].map(length =>
      JSON.stringify({ type: 'delta', view: 'ä', pad: 'y'.repeat(length) }),
    );
    for (const viewer of viewers) viewer.texts.length = 0;
    server.notifier.say({ type: 'cut', facts: factsAt(10), streams: [[1, messages]] });
    for (const viewer of viewers) {
      await viewer.next('cut');
      expect(viewer.texts.slice(0, -1)).toEqual(messages);
    }
  });
});

describe('a line', () => {
  it('ends with a newline', () => {
    expect(frame(lineFraming, '{"a":1}').toString()).toBe('{"a":1}\n');
  });
});
