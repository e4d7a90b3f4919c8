import { describe, it } from 'vitest';
import { checkHistories } from '../../support/history.ts';
import { historySteps, runHistory } from './capture-history.ts';

/** TEST_SEED starts elsewhere; every history prints its seed when it fails. */
const SEED = Number(process.env.TEST_SEED ?? 1);

describe('capture', () => {
  it('replays to the tables after every transaction of mixed statements, triggers and rollbacks', () => {
    checkHistories({ seed: SEED, count: 60, generate: random => historySteps(random, 120), run: runHistory });
  });
});
