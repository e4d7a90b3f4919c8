import { it } from 'vitest';
import { play, randomHistory } from '../backend/views/matcher/history.ts';
import { checkHistories } from '../support/history.ts';

const SEED = Number(process.env.TEST_SEED ?? 10_000);

it('finds what asking every filter finds, over long histories of thousands of filters', { timeout: 1_200_000 }, () => {
  checkHistories({ seed: SEED, count: 20, generate: random => randomHistory(random, 1_000, 30), run: play });
});
