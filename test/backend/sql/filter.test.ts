import { describe, expect, it } from 'vitest';
import type { Row } from '../../../backend/protocol/schema.ts';
import { diagramOf } from '../../../backend/sql/canonical.ts';
import { checkFilter } from '../../../backend/sql/check.ts';
import { andFilters, compileFilter } from '../../../backend/sql/filter.ts';
import { nextChange } from '../../../backend/sql/next-change.ts';
import { parseFilter } from '../../../backend/sql/parser.ts';
import { Random } from '../../support/random.ts';
import { HURTING, NOW, randomFilter, randomRow } from './random-filters.ts';
import { SqliteOracle } from './sqlite-oracle.ts';

describe('a restriction', () => {
  it('is one with the filter that it is joined to', () => {
    const joined = andFilters(compileFilter("t = 'lon' OR k = 1", HURTING), compileFilter('k > 3', HURTING));
    expect(joined.canonical).toBe(compileFilter("k > 3 AND t = 'lon'", HURTING).canonical);
    expect(joined.text).toBe("(t = 'lon' OR k = 1) AND (k > 3)");
    expect(compileFilter(joined.text, HURTING).canonical).toBe(joined.canonical);
  });

  it('of nothing leaves the filter as it is, on either side', () => {
    const filter = compileFilter('k > 3', HURTING);
    const everything = compileFilter('  ', HURTING);
    expect(andFilters(filter, everything)).toBe(filter);
    expect(andFilters(everything, filter)).toBe(filter);
    expect(everything.matches(randomRow(new Random(1), 1), NOW)).toBe(true);
  });
});

describe('the SQL of a filter', () => {
  it.each([
    ["t = 'lon' AND k >= 4", '(("t" = ?) AND ("k" >= ?))', ['lon', 4]],
    ['k IN (5, 1, 3)', '"k" IN (?, ?, ?)', [1, 3, 5]],
    ['k <> 3', '"k" <> ?', [3]],
    ["t <= 'a'", '"t" <= ?', ['a']],
    ["t LIKE 'A%'", `"t" LIKE ? ESCAPE '\\'`, ['a%']],
    ['at > now() - 5m', '"at" >= ?', [NOW - 299_999]],
    ['t = u', '"t" = "u"', []],
  ])('%s', (text, sql, params) => {
    expect(compileFilter(text, HURTING).toSql(NOW)).toEqual({ sql, params });
  });

  it('stays within the depth that SQLite can take', () => {
    const text = Array.from({ length: 3_000 }, (_, i) => `k > ${i}`).join(' OR ');
    const nested = `${'NOT (j = 1 OR '.repeat(60)}k = 1${')'.repeat(60)}`;
    const oracle = new SqliteOracle(HURTING, [randomRow(new Random(1), 7)]);
    for (const each of [text, nested]) {
      const { sql, params } = compileFilter(each, HURTING).toSql(NOW);
      expect(() => oracle.keys(sql, [...params])).not.toThrow();
    }
  });
});

describe('the next change by time alone', () => {
  it('is the first millisecond at which the answer is another', () => {
    const row: Row = [1, null, 2, 0, null, NOW - 60_000, null, null, null, null, ''];
    const recent = compileFilter('at > now() - 5m', HURTING);
    const next = recent.nextChange(row, NOW)!;
    expect(next).toBe(NOW + 240_000);
    expect([recent.matches(row, next - 1), recent.matches(row, next)]).toEqual([true, false]);
    expect(recent.nextChange(row, next)).toBeUndefined();
    expect(compileFilter('k > 1', HURTING).nextChange(row, NOW)).toBeUndefined();
  });

  it('is never late, for any filter, within its diagram or beyond its budget', () => {
    const random = new Random(21);
    for (let i = 0; i < 4_000; i++) {
      const { ours } = randomFilter(random);
      if (!ours.includes('now')) continue;
      const diagram = diagramOf(checkFilter(parseFilter(ours), HURTING), random.chance(0.5) ? 3 : 100_000);
      const filter = compileFilter(ours, HURTING);
      const row = randomRow(random, i);
      let at = NOW;
      for (let hop = 0; hop < 4; hop++) {
        const next = nextChange(diagram, row, at);
        const probes = [1, 2, 59_999, 60_000, 60_001, 299_999, 300_000, 300_001, 360_000, 900_000].map(d => at + d);
        const before = probes.filter(probe => next === undefined || probe < next);
        for (const probe of next === undefined ? before : [...before, next - 1])
          expect(filter.matches(row, probe), `seed 21, ${ours} at ${probe - NOW}`).toBe(filter.matches(row, at));
        if (next === undefined) break;
        expect(next).toBeGreaterThan(at);
        at = next;
      }
    }
  });
});
