import { expect, it } from 'vitest';
import { nextDouble } from '../../../backend/sql/domain.ts';
import { compareText, foldText, isPlain, prefixSuccessor } from '../../../backend/sql/text-order.ts';

const TEXTS = [
  '',
  'a',
  'ab',
  'b',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '\u{10000}',
  '\u{1f600}',
  '\u{10ffff}',
  'a\u{1f600}',
  'a\uffff',
  'a\0',
];

it('orders texts as their UTF-8 bytes are', () => {
  for (const a of TEXTS)
    for (const b of TEXTS) {
      const bytes = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(Math.sign(compareText(a, b)), JSON.stringify([a, b])).toBe(bytes);
      if (isPlain(a)) expect(a < b ? -1 : a > b ? 1 : 0).toBe(bytes);
    }
});

it('finds the least text above all with a prefix', () => {
  expect(prefixSuccessor('abc')).toBe('abd');
  expect(prefixSuccessor('a\ud7ff')).toBe('a\ue000');
  expect(prefixSuccessor('a\uffff')).toBe('a\u{10000}');
  expect(prefixSuccessor('a\u{10ffff}')).toBe('b');
  expect(prefixSuccessor('\u{10ffff}')).toBeUndefined();
});

it('folds ASCII capitals only, and ends at a NUL', () => {
  expect(foldText('AbÉ\u212aZ')).toBe('abÉ\u212az');
  expect(foldText('AB\0C')).toBe('ab');
});

it('steps to the next double', () => {
  expect(nextDouble(1)).toBe(1 + Number.EPSILON);
  expect(nextDouble(0)).toBe(Number.MIN_VALUE);
  expect(Object.is(nextDouble(-Number.MIN_VALUE), 0)).toBe(true);
  expect(nextDouble(-1)).toBe(-1 + Number.EPSILON / 2);
});
