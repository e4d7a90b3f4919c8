import { it } from 'vitest';
import { historySteps, runHistory } from '../backend/object-server/capture-history.ts';
import { checkHistories } from '../support/history.ts';

/** TEST_SEED starts elsewhere; every history prints its seed when it fails. */
const SEED = Number(process.env.TEST_SEED ?? 10_000);

it('what is captured replays to the tables over three thousand histories', { timeout: 1_200_000 }, () => {
  checkHistories({ seed: SEED, count: 3000, generate: random => historySteps(random, 150), run: runHistory });
});
