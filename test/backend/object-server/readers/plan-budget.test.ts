import { describe, expect, it } from 'vitest';
import { checkPlanBudget } from '../../../../backend/object-server/readers/plan-budget.ts';
import { singleStatement } from '../../../../backend/object-server/readers/statement-text.ts';

const ROWS: Record<string, number> = { events: 100_000, sites: 6 };
const rowsOf = (table: string) => ROWS[table];

function check(sql: string, ...details: string[]): void {
  const plan = details.map(detail => ({ parent: 0, detail }));
  checkPlanBudget(plan, singleStatement(sql), rowsOf, 5e9);
}

describe('the plan budget', () => {
  it('refuses to combine all rows of two large tables and names them', () => {
    expect(() => check('SELECT * FROM events a, events AS b', 'SCAN a', 'SCAN b')).toThrow(
      'the statement would combine all rows of "events" × "events", at least 1e+10 combinations; join them on a key or add a condition',
    );
  });

  it('lets a large table meet a small one', () => {
    check('SELECT * FROM events, sites', 'SCAN events', 'SCAN sites');
  });

  it('lets an indexed join pass', () => {
    check(
      'SELECT * FROM events a JOIN events b USING (serial)',
      'SCAN a',
      'SEARCH b USING INTEGER PRIMARY KEY (rowid=?)',
    );
  });

  it('does not judge what may stop early', () => {
    check('SELECT * FROM events a, events b LIMIT 5', 'SCAN a', 'SCAN b');
  });

  it('does not add up scans that follow one another', () => {
    const plan = [
      { parent: 1, detail: 'SCAN events' },
      { parent: 2, detail: 'SCAN events' },
    ];
    checkPlanBudget(plan, singleStatement('SELECT 1 FROM events UNION SELECT 2 FROM events'), rowsOf, 5e9);
  });

  it('takes what it does not know for one row', () => {
    check('SELECT * FROM events a, (SELECT 1) b', 'SCAN a', 'SCAN b');
  });
});
