import { expect, it } from 'vitest';
import { agreesWithSqlite } from '../backend/sql/agreement.ts';

/** TEST_SEED starts elsewhere; every history prints its seed when it fails. */
const SEED = Number(process.env.TEST_SEED ?? 1_000);

it('keeps exactly the rows that SQLite keeps, over a hundred million pairs', { timeout: 1_200_000 }, () => {
  let pairs = 0;
  for (let seed = SEED; pairs < 100_000_000; seed++) pairs += agreesWithSqlite(seed, 500, 1_000);
  expect(pairs).toBeGreaterThanOrEqual(100_000_000);
});
