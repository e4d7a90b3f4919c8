import { describe, expect, it } from 'vitest';
import { TailText } from '../../../backend/cli/tail-text.ts';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { columnFields } from '../../../backend/views/fields.ts';

const TABLE = eventsTable();
const FIELDS = columnFields(
  TABLE,
  TABLE.columns.map((_, i) => i),
);
const NOON = new Date().setHours(12, 0, 0, 0);
const EVENT = { serial: 3, severity: 5, node: 'lon-core-1', summary: 'link down', last_occurrence: NOON, tally: 2 };

function text(options: { color?: boolean; columns?: string[] } = {}) {
  const tail = new TailText({ color: options.color ?? false, columns: options.columns });
  tail.opened(FIELDS);
  return tail;
}

describe('a line of a tail for people', () => {
  it('has the time of the row, what happened, how bad it is, where, and what', () => {
    const line = { epoch: 1, asOf: 1, op: 'enter', key: 3, row: EVENT } as const;
    expect(text().text(line, 0)).toBe('12:00:00  enter   critical       lon-core-1  link down');
  });

  it('names what an update changed, and the columns that were asked for', () => {
    const line = { epoch: 1, asOf: 1, op: 'update', key: 3, row: EVENT, changed: ['tally', 'summary'] } as const;
    expect(text().text(line, 0)).toMatch(/link down {2}tally=2$/);
    expect(text({ columns: ['serial', 'node'] }).text(line, 0)).toMatch(/link down {2}serial=3 {2}tally=2$/);
  });

  it('colours the severity as the consoles do, on a terminal that has colours', () => {
    const line = { epoch: 1, asOf: 1, op: 'enter', key: 3, row: EVENT } as const;
    const { color = '' } = FIELDS.find(({ name }) => name === 'severity')!.values!.find(({ value }) => value === 5)!;
    const [red, green, blue] = color.match(/[0-9a-f]{2}/g)!.map(hex => Number.parseInt(hex, 16));
    expect(text({ color: true }).text(line, 0)).toContain(`\x1b[38;2;${red};${green};${blue}mcritical`);
  });

  it('shows rows without these columns, and metrics, by name', () => {
    const row = { site: 'lon', count: 4 };
    expect(text().text({ epoch: 1, asOf: 1, op: 'metric', row }, NOON)).toBe('12:00:00  metric  site=lon  count=4');
  });

  it('says which day it was, when it was another', () => {
    const row = { ...EVENT, last_occurrence: new Date(2020, 1, 3, 4, 5, 6).getTime() };
    expect(text().text({ epoch: 1, asOf: 1, op: 'row', key: 3, row }, NOON)).toMatch(/^2020-02-03 04:05:06 {2}row/);
  });

  it('tells a gap', () => {
    const line = { epoch: 1, op: 'gap', from: 3, to: 9 } as const;
    expect(text().text(line, NOON)).toBe('12:00:00  gap: seq 3 to 9 can no longer be had');
  });

  it('shows no control character of an event', () => {
    const row = { ...EVENT, summary: 'bell \x07 and \x1b[31mred' };
    expect(text().text({ epoch: 1, asOf: 1, op: 'row', key: 3, row }, NOON)).toContain('bell \u2407 and \u241b[31mred');
  });
});
