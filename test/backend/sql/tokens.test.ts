import { expect, it } from 'vitest';
import { tokenize } from '../../../backend/sql/tokens.ts';
import { faultOf } from './faults.ts';

it('tells words, names, texts, numbers, durations and references apart, with their offsets', () => {
  const text = `a>="b ""c""" AND [d e]<>'it''s' /* so */ -1.5e3 30s @ops.night-1`;
  const tokens = tokenize(text);
  expect(tokens.map(({ kind, text: meaning }) => [kind, meaning])).toEqual([
    ['word', 'a'],
    ['operator', '>='],
    ['quoted', 'b "c"'],
    ['word', 'AND'],
    ['quoted', 'd e'],
    ['operator', '<>'],
    ['string', "it's"],
    ['operator', '-'],
    ['number', '1.5e3'],
    ['duration', '30s'],
    ['reference', 'ops.night-1'],
    ['end', ''],
  ]);
  expect(tokens.every(({ start, end }) => start <= end)).toBe(true);
  expect(text.slice(tokens[6]!.start, tokens[6]!.end)).toBe("'it''s'");
});

it.each([
  ["a = 'x", 4, 'no closing'],
  ['a = 5x', 4, 'neither a number nor a duration'],
  ['a = 5constructor', 4, 'neither a number nor a duration'],
  ['a = 1.5m', 4, 'neither a number nor a duration'],
  ['a ? b', 2, 'unexpected character "?"'],
  ['a = \u{1f600}!', 6, 'unexpected character "!"'],
  ["a = '\0'", 4, 'NUL'],
  ["a = '\ud800'", 4, 'surrogate'],
])('refuses %j at %i', (text, position, message) => {
  const fault = faultOf(() => tokenize(text));
  expect(fault).toMatchObject({ code: 'bad-filter', position });
  expect(fault.message).toContain(message);
});
