import { expect, it } from 'vitest';
import { isBlank, splitStatements } from '../../../backend/cli/sql-statements.ts';

it('cuts at the semicolons that end statements', () => {
  expect(splitStatements("SELECT ';'; SELECT 2 -- ;\n ;; SELECT 3")).toEqual({
    statements: ["SELECT ';'", 'SELECT 2 -- ;'],
    rest: ' SELECT 3',
  });
});

it('waits for the end of a string', () => {
  expect(splitStatements("SELECT 'a;")).toEqual({ statements: [], rest: "SELECT 'a;" });
});

it('takes comments for nothing', () => {
  expect(splitStatements('-- only this;\n;').statements).toEqual([]);
  expect(isBlank(' /* nothing */ -- here')).toBe(true);
  expect(isBlank('SELECT')).toBe(false);
});
