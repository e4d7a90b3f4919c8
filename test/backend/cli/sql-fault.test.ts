import { expect, it } from 'vitest';
import { sqlFault } from '../../../backend/cli/sql-fault.ts';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';

const fault = (sql: string, position: number, width = 80) =>
  sqlFault(new PanelcastError('bad-sql', 'no such column: x', { position }), sql, width);

it('points at the fault', () => {
  expect(fault('SELECT x FROM events', 7)).toBe('panelcast: no such column: x\n  SELECT x FROM events\n         ^\n');
});

it('shows only the line with the fault', () => {
  expect(fault('SELECT 1,\n  x\nFROM events', 12)).toBe('panelcast: no such column: x\n    x\n    ^\n');
});

it('points by columns of the terminal', () => {
  expect(fault("SELECT '日本', x", 13)).toBe("panelcast: no such column: x\n  SELECT '日本', x\n                 ^\n");
});

it('shows the part around the fault of a line that is too long', () => {
  const lines = fault(`SELECT ${'1, '.repeat(100)}x, ${'2, '.repeat(100)}`, 307, 40).split('\n');
  expect(lines[1]!.length).toBeLessThanOrEqual(40);
  expect(lines[1]![lines[2]!.indexOf('^')]).toBe('x');
});

it('says only the message where there is no position', () => {
  expect(sqlFault(new PanelcastError('forbidden', 'no\x1b'), 'SELECT 1', 80)).toBe('panelcast: no␛\n');
});

it('points behind the end when the statement is not complete', () => {
  expect(fault('SELECT', 6)).toBe('panelcast: no such column: x\n  SELECT\n        ^\n');
});
