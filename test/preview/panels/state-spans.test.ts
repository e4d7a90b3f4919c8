import { describe, expect, it } from 'vitest';
import { stateSpans } from '../../../preview/panels/state-spans.ts';

describe('stateSpans', () => {
  it('lets a value hold until the next, and the last until the end', () => {
    expect(stateSpans([10, 20], ['a', 'b'], 0, 30)).toEqual([
      { start: 10, end: 20, value: 'a' },
      { start: 20, end: 30, value: 'b' },
    ]);
  });

  it('joins neighbours of equal value', () => {
    expect(stateSpans([0, 10, 20], ['a', 'a', 'b'], 0, 30)).toEqual([
      { start: 0, end: 20, value: 'a' },
      { start: 20, end: 30, value: 'b' },
    ]);
  });

  it('leaves a hole where there is no value, and starts anew after it', () => {
    expect(stateSpans([0, 10, 20], ['a', null, 'a'], 0, 30)).toEqual([
      { start: 0, end: 10, value: 'a' },
      { start: 20, end: 30, value: 'a' },
    ]);
  });

  it('clips to the range that is shown', () => {
    expect(stateSpans([0, 50], ['a', 'b'], 10, 40)).toEqual([{ start: 10, end: 40, value: 'a' }]);
  });
});
