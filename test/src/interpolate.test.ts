import { describe, expect, it } from 'vitest';
import { eventsTable } from '../../backend/object-server/events-table.ts';
import { compileFilter } from '../../backend/sql/filter.ts';
import { literals } from '../../src/interpolate.ts';
import { Random } from '../support/random.ts';

describe('literals', () => {
  it('quotes one value, and makes a list of several', () => {
    expect(literals('lon')).toBe("'lon'");
    expect(literals(['lon', 'nyc'])).toBe("'lon', 'nyc'");
  });

  it('stands for nothing by NULL', () => {
    expect(literals([])).toBe('NULL');
    expect(literals(undefined)).toBe('NULL');
  });

  it('never lets a value change the structure of a filter', () => {
    const random = new Random(11);
    const pieces = ["'", "''", '\\', ' OR 1=1', '--', ')', '"', ';', 'x', '\n', '%', '$site', 'é', '😀'];
    for (let i = 0; i < 500; i++) {
      const value = Array.from({ length: 1 + random.int(6) }, () => random.pick(pieces)).join('');
      const filter = compileFilter(`site IN (${literals([value, 'lon'])}) AND severity = 5`, eventsTable());
      const rows = [value, 'lon', 'other'].map(site => eventsTable().columns.map(c => rowValue(c.name, site)));
      expect(
        rows.map(row => filter.matches(row, 0)),
        JSON.stringify(value),
      ).toEqual([true, true, value === 'other']);
    }
  });
});

function rowValue(column: string, site: string): string | number | null {
  if (column === 'site') return site;
  return column === 'severity' ? 5 : null;
}
