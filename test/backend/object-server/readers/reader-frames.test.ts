import { describe, expect, it } from 'vitest';
import { encodeRequest, FrameAssembler } from '../../../../backend/object-server/readers/reader-frames.ts';
import { Random } from '../../../support/random.ts';

describe('FrameAssembler', () => {
  it('gives the same frames however the bytes are cut', () => {
    const sent = ['', 'a', 'é'.repeat(300), 'x'.repeat(70_000), ''].map((text, index) => {
      const body = Buffer.from(`${String.fromCharCode(index + 1)}${text}`);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(body.length);
      return { text, bytes: Buffer.concat([head, body]) };
    });
    const stream = Buffer.concat(sent.map(({ bytes }) => bytes));
    for (let seed = 1; seed <= 50; seed++) {
      const random = new Random(seed);
      const got: [number, string][] = [];
      const frames = new FrameAssembler((kind, body) => got.push([kind, body.toString()]));
      for (let at = 0; at < stream.length; ) {
        const size = 1 + random.int(random.chance(0.5) ? 5 : 40_000);
        frames.push(stream.subarray(at, at + size));
        at += size;
      }
      expect(got, `seed ${seed}`).toEqual(sent.map(({ text }, index) => [index + 1, text]));
    }
  });

  it('reads what encodeRequest writes', () => {
    const got: string[] = [];
    // A request has no kind byte: its first byte is the JSON's brace.
    new FrameAssembler((kind, body) => got.push(String.fromCharCode(kind) + body)).push(encodeRequest({ query: 'é' }));
    expect(got).toEqual(['{"query":"é"}']);
  });
});
