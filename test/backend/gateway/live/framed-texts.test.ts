import { describe, expect, it } from 'vitest';
import { FramedTexts } from '../../../../backend/gateway/live/framed-texts.ts';
import { frame, lineFraming, webSocketFraming } from '../../../../backend/gateway/live/framing.ts';

const TEXTS = ['{"a":1}', 'x'.repeat(20_000), '{"b":2}', '{"c":3}'];

function spansOf(texts: readonly string[]) {
  let at = 0;
  return texts.map(text => {
    const from = at;
    at += text.length;
    return { from, to: at };
  });
}

describe('the texts of a batch', () => {
  const texts = () => new FramedTexts(Buffer.from(TEXTS.join('')));

  it.each([webSocketFraming, lineFraming])('are one frame each in their order, by $name', framing => {
    const expected = Buffer.concat(TEXTS.map(text => frame(framing, text)));
    const spans = spansOf(TEXTS);
    expect(Buffer.concat(texts().pieces(framing, spans)).equals(expected)).toBe(true);
    expect(texts().whole(framing, spans, Buffer.alloc(0)).equals(expected)).toBe(true);
  });

  it('are the same buffers for all who are told one list, and for the large ones also beside others', () => {
    const framed = texts();
    const spans = spansOf(TEXTS);
    const pieces = framed.pieces(webSocketFraming, spans);
    expect(pieces).toHaveLength(3);
    expect(framed.pieces(webSocketFraming, spans)).toBe(pieces);
    expect(framed.pieces(webSocketFraming, spans.slice(1))[0]).toBe(pieces[1]);
    expect(framed.pieces(lineFraming, spans)[1]).not.toBe(pieces[1]);
  });
});
