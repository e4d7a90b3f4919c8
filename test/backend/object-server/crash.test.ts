import { describe, it } from 'vitest';
import { Random } from '../../support/random.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { checkSurvivors, runAndKill } from './crash.ts';

const SEED = Number(process.env.TEST_SEED ?? 1);

describe('a process that is killed while several clients write', () => {
  it.each(['durable', 'fast'] as const)(
    'has lost nothing that it answered, in mode %s',
    { timeout: 60_000 },
    async mode => {
      const random = new Random(SEED);
      const dataDir = tempDir();
      let number = 0;
      for (let round = 0; round < 5; round++) {
        const acknowledged = await runAndKill(dataDir, mode, number, random.int(150));
        number = (await checkSurvivors(dataDir, mode, acknowledged)) + 1;
      }
    },
  );
});
