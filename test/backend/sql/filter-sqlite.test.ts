import { expect, it } from 'vitest';
import { agreesWithSqlite } from './agreement.ts';

it('keeps exactly the rows that SQLite keeps', { timeout: 60_000 }, () => {
  let pairs = 0;
  for (let seed = 1; seed <= 6; seed++) pairs += agreesWithSqlite(seed, 500, 400);
  expect(pairs).toBeGreaterThanOrEqual(1_000_000);
});
