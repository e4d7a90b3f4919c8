import { describe, expect, it } from 'vitest';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { compileFilter } from '../../../backend/sql/filter.ts';
import { parseFilter } from '../../../backend/sql/parser.ts';
import { withAdHocFilters } from '../../../src/variables/ad-hoc-filters.ts';
import { Random } from '../../support/random.ts';

const TABLE = eventsTable();

/** What each operator becomes. */
const KINDS: Readonly<Record<string, string>> = {
  ...{ '=': 'comparison', '!=': 'comparison', '<': 'comparison', '>': 'comparison' },
  ...{ '=~': 'like', '=|': 'in', '!=|': 'logic' },
};

function rowOf(values: Readonly<Record<string, string | number | null>>) {
  return TABLE.columns.map(({ name }) => values[name] ?? null);
}

function keeps(operator: string, value: string, site: string | null, values?: string[]): boolean {
  const text = withAdHocFilters('', [{ key: 'site', operator, value, ...(values && { values }) }]);
  return compileFilter(text, TABLE).matches(rowOf({ site }), 0);
}

describe('ad hoc filters', () => {
  it('mean what their operators say', () => {
    expect([keeps('=', 'lon', 'lon'), keeps('=', 'lon', 'nyc')]).toEqual([true, false]);
    expect([keeps('>', 'lon', 'nyc'), keeps('<', 'lon', 'nyc')]).toEqual([true, false]);
    expect([keeps('=|', '', 'nyc', ['lon', 'nyc']), keeps('!=|', '', 'nyc', ['lon', 'nyc'])]).toEqual([true, false]);
    expect([keeps('=|', 'nyc', 'nyc'), keeps('=|', 'nyc', 'nyc', []), keeps('!=|', 'nyc', 'nyc')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([keeps('=~', 'lo.*', 'lon'), keeps('=~', 'o', 'lon'), keeps('=~', 'x', 'lon')]).toEqual([true, true, false]);
    expect([keeps('=~', '100%', '1000'), keeps('=~', '100%', 'at 100%')]).toEqual([false, true]);
  });

  it('keep every row where the pattern is anything', () => {
    expect([keeps('=~', '.*', null), keeps('=~', '.*', 'lon'), keeps('=~', 'l.*', null)]).toEqual([true, true, false]);
  });

  it('keep rows without a value where a value is excluded', () => {
    expect([keeps('!=', 'lon', null), keeps('!=|', '', null, ['lon']), keeps('!~', 'lo', null)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(keeps('!=', 'lon', 'lon')).toBe(false);
  });

  it('compare numbers as numbers, and enumerations by name', () => {
    const filter = (value: string) =>
      compileFilter(withAdHocFilters('', [{ key: 'severity', operator: '>', value }]), TABLE);
    expect(filter('3').matches(rowOf({ severity: 10 }), 0)).toBe(true);
    expect(filter('major').matches(rowOf({ severity: 5 }), 0)).toBe(true);
  });

  it('are joined to the whole filter, whatever it says', () => {
    const joined = withAdHocFilters("severity = 5 OR site = 'lon'", [{ key: 'node', operator: '=', value: 'a' }]);
    expect(joined).toBe("(severity = 5 OR site = 'lon') AND node = 'a'");
    expect(() => withAdHocFilters('x) OR (1=1', [{ key: 'node', operator: '=', value: 'a' }])).toThrow('expected');
  });

  it('never let a key or a value become syntax', () => {
    const random = new Random(9);
    const pieces = ["'", '"', '""', '\\', ')', ' OR 1=1', '--', '%', '_', '*', '😀', 'x'];
    for (let i = 0; i < 1000; i++) {
      const text = (): string => Array.from({ length: 1 + random.int(5) }, () => random.pick(pieces)).join('');
      const operator = random.pick(['=', '!=', '<', '>', '=~', '=|', '!=|']);
      const values = Array.from({ length: 1 + random.int(4) }, text);
      const filter = { key: text(), operator, value: values[0]!, values };
      const tree = parseFilter(withAdHocFilters('severity = 5', [filter]));
      expect(tree.kind === 'logic' && tree.operands.map(({ kind }) => kind)).toEqual(['comparison', KINDS[operator]]);
      const list = tree.kind === 'logic' ? tree.operands[1] : undefined;
      if (operator === '=|')
        expect(list?.kind === 'in' && list.items.map(item => item.kind === 'literal' && item.value)).toEqual(values);
    }
  });
});
