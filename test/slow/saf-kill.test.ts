import { it } from 'vitest';
import { checkKills } from '../backend/saf-history.ts';

/** TEST_SEED starts elsewhere. */
const SEED = Number(process.env.TEST_SEED ?? 1);

it.each(['durable', 'fast'] as const)(
  'a tail of a %s store has every change once and in order after 60 rounds of kills',
  { timeout: 3_600_000 },
  async mode => {
    await checkKills(mode, 60, SEED);
  },
);
