import { describe, expect, it } from 'vitest';
import { compareText } from '../../../backend/lib/text-order.ts';
import { Random } from '../../support/random.ts';

describe('text order', () => {
  it('is the order of the UTF-8 bytes', () => {
    const random = new Random(7);
    const letters = ['', 'a', 'b', 'A', 'é', 'ß', '\u0000', '\ud7ff', '\ue000', '\uffff', '😀', '𐀀', '\u{10ffff}'];
    const word = () => Array.from({ length: random.int(4) }, () => random.pick(letters)).join('');
    for (let i = 0; i < 5_000; i++) {
      const [a, b] = [word(), word()];
      expect(Math.sign(compareText(a, b)), JSON.stringify([a, b])).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }
  });

  it('puts what is beyond U+FFFF last, where UTF-16 does not', () => {
    expect('😀' < '\uffff').toBe(true);
    expect(compareText('😀', '\uffff')).toBeGreaterThan(0);
  });
});
