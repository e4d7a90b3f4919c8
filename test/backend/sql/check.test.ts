import { describe, expect, it } from 'vitest';
import type { TableSchema } from '../../../backend/protocol/schema.ts';
import { compileFilter } from '../../../backend/sql/filter.ts';
import { faultOf } from './faults.ts';

const EVENTS: TableSchema = {
  name: 'events',
  primaryKey: 'serial',
  columns: [
    { name: 'serial', type: 'integer', nullable: false },
    {
      name: 'severity',
      type: 'integer',
      nullable: false,
      values: [
        { value: 0, name: 'clear' },
        { value: 5, name: 'critical' },
      ],
    },
    { name: 'site', type: 'text', nullable: true },
    { name: 'load', type: 'real', nullable: true },
    { name: 'expires_after', type: 'integer', nullable: true, format: 'seconds' },
    { name: 'last_occurrence', type: 'integer', nullable: true, format: 'time-ms' },
  ],
};

describe('a filter fits its table', () => {
  it('by the name of an enumerated value, in any case', () => {
    expect(compileFilter("severity = 'Critical'", EVENTS).canonical).toBe(
      compileFilter('severity = 5', EVENTS).canonical,
    );
  });

  it('by column names in any case', () => {
    expect(compileFilter('SEVERITY = 5', EVENTS).columns).toEqual([1]);
  });

  it('and names the columns that it reads, each once', () => {
    const filter = compileFilter("site LIKE '%x%' OR load > severity AND site <> 'y'", EVENTS);
    expect(filter.columns).toEqual([1, 2, 3]);
  });
});

describe('a filter does not fit its table', () => {
  it.each([
    ['sevrity = 5', 0, 'unknown column "sevrity" at 0; did you mean "severity"?'],
    ['site = "lon"', 7, `unknown column "lon" at 7; a text goes in single quotes: 'lon'`],
    ["severity = 'critcal'", 11, `"severity" is a number, and 'critcal' at 11 is not; did you mean 'critical'?`],
    ["severity = 'xyzzy'", 11, `"severity" is a number, and 'xyzzy' at 11 is not; its names are clear, critical`],
    ["load = 'high'", 7, `"load" is a number, and 'high' at 7 is not`],
    ['site = 1.5', 7, `"site" is a text, and 1.5 at 7 is not; write '1.5'`],
    ['site > severity', 7, 'a text and a number cannot be compared'],
    ["severity + 1 = '2'", 15, 'a text and a number cannot be compared'],
    ['site', 0, 'the text at 0 is no condition; compare it with something'],
    ["last_occurrence > '2026-01-01'", 18, "'2026-01-01' at 18 is not; write a time as in now() - 15m"],
    ["severity > 1 AND 'x'", 17, 'the text at 17 is no condition'],
    ['severity < 5 < 6', 0, 'expected a value, but found a condition'],
    ['site + 1 > 2', 0, 'expected a number, but found a text'],
    ["severity LIKE '5%'", 0, 'LIKE takes a text column'],
    ["load LIKE '5%'", 0, 'LIKE takes a text column'],
    ['site LIKE site', 10, 'expected a pattern in quotes'],
    ["site LIKE 'a' ESCAPE 'ab'", 21, 'ESCAPE takes one character that is neither % nor _, not what stands at 21'],
    ["site LIKE 'a' ESCAPE '%'", 21, 'ESCAPE takes one character'],
    ["site LIKE 'a!' ESCAPE '!'", 22, 'ends with its escape'],
    ["site GLOB 'a['", 10, 'the pattern at 10 has a [ without a ]'],
    ['load % 2 = 1', 0, '% takes whole numbers'],
    ['now() > 5', 8, 'now() can be compared with whole columns only'],
    ['last_occurrence > 2 * now()', 18, 'now() can be compared with whole columns only'],
    ['load > now()', 7, 'now() can be compared with whole columns only'],
    ['severity * 9007199254740991 * 9 > 1', 0, 'goes beyond 2^53'],
    ['expires_after > 5m', 16, 'the column is in seconds, so write 300 instead of the duration at 16'],
    ['5m IN (1, expires_after)', 0, 'so write 300'],
    ['@night', 0, 'unknown named filter @night'],
  ])('%s', (text, position, message) => {
    const fault = faultOf(() => compileFilter(text, EVENTS));
    expect(fault.message).toContain(message);
    expect(fault).toMatchObject({ code: 'bad-filter', position });
  });
});
