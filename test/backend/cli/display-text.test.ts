import { describe, expect, it } from 'vitest';
import { clip, displayWidth, harmless, pad } from '../../../backend/cli/display-text.ts';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['👍🏽', 2],
    ['👨‍👩‍👧', 2],
    ['한글', 4],
    ['ＡＢ', 4],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('clip', () => {
  it('leaves what fits as it is', () => {
    expect(clip('abc', 3)).toBe('abc');
  });

  it('never exceeds the width, and never cuts a character in two', () => {
    for (const text of ['abcdefgh', '日本語日本語', '👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', 'ae\u0301ae\u0301ae\u0301']) {
      for (let width = 1; width < 8; width++) expect(displayWidth(clip(text, width))).toBeLessThanOrEqual(width);
    }
    expect(clip('日本語', 4)).toBe('日…');
  });
});

describe('pad', () => {
  it('fills by columns, not by characters', () => {
    expect(pad('日', 4, 'right')).toBe('日  ');
    expect(pad('7', 3, 'left')).toBe('  7');
  });
});

describe('harmless', () => {
  it('shows control characters instead of obeying them', () => {
    expect(harmless('a\x1b[31mb\r\nc\td\x7f\x9b')).toBe('a␛[31mb␍␊c␉d␡\ufffd');
  });

  it('does not let text turn the direction of the line', () => {
    expect(harmless('a\u202eb\u2066c')).toBe('a\ufffdb\ufffdc');
  });
});
