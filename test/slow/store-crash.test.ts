import { expect, it } from 'vitest';
import { checkSurvivors, runAndKill } from '../backend/object-server/crash.ts';
import { Random } from '../support/random.ts';
import { tempDir } from '../support/temp-dir.ts';

/** TEST_SEED starts elsewhere. */
const SEED = Number(process.env.TEST_SEED ?? 1);
const ROUNDS = 60;

it.each(['durable', 'fast'] as const)(
  'a store in mode %s has lost nothing that it answered after 60 kills, one upon the other',
  { timeout: 900_000 },
  async mode => {
    const random = new Random(SEED);
    const dataDir = tempDir();
    let number = 0;
    let answers = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await runAndKill(dataDir, mode, number, random.int(round % 2 === 0 ? 30 : 600));
      answers += acknowledged.length;
      number = (await checkSurvivors(dataDir, mode, acknowledged)) + 1;
    }
    expect(answers).toBeGreaterThan(1000);
  },
);
