import { describe, expect, it } from 'vitest';
import { answerText } from '../../../../backend/object-server/readers/answer-text.ts';

const limits = { rowsMax: 3, bytesMax: 40 };
const answer = (rows: unknown[][]) => JSON.parse(answerText(['a'], rows, 7, limits));

describe('answerText', () => {
  it('is the answer as JSON, with the seq it was true at', () => {
    expect(answer([[1n], [null], ['é"']])).toEqual({ columns: ['a'], rows: [[1], [null], ['é"']], seq: 7 });
  });

  it('loses no digit of an integer beyond 2^53', () => {
    const row = [9007199254740991n, -9007199254740991n, 9007199254740992n, -9223372036854775808n];
    expect(JSON.parse(answerText([], [row], 1, { rowsMax: 1, bytesMax: 1_000 })).rows).toEqual([
      [9007199254740991, -9007199254740991, '9007199254740992', '-9223372036854775808'],
    ]);
  });

  it('names infinities, for which JSON has no number', () => {
    expect(answer([[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]]).rows).toEqual([['Infinity', '-Infinity']]);
  });

  it('writes a BLOB as the literal that makes it', () => {
    expect(answer([[Uint8Array.from([0, 10, 255])]]).rows).toEqual([["X'000AFF'"]]);
  });

  it('cuts off and marks what is over the number of rows', () => {
    expect(answer([[1n], [2n], [3n]]).truncated).toBeUndefined();
    expect(answer([[1n], [2n], [3n], [4n]])).toEqual({
      columns: ['a'],
      rows: [[1], [2], [3]],
      seq: 7,
      truncated: 'rows',
    });
  });

  it('cuts off and marks what is over the bytes, counted as UTF-8', () => {
    expect(answer([['é'.repeat(8)], ['é'.repeat(8)]])).toMatchObject({ rows: [['éééééééé']], truncated: 'bytes' });
  });

  it('says that a first row does not fit rather than answer nothing', () => {
    expect(() => answer([['x'.repeat(50)]])).toThrow('the first row alone has 55 bytes; an answer has at most 40');
  });

  it('reads no row more than it needs to know that there is one', () => {
    let read = 0;
    function* endless() {
      for (;;) {
        read++;
        yield [1n];
      }
    }
    answerText(['a'], endless(), 1, limits);
    expect(read).toBe(4);
  });
});
