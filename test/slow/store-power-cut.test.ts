import { it } from 'vitest';
import { checkSurvivors } from '../backend/object-server/crash.ts';
import { cutPower, hasStrace, recordWriter, writeFiles } from '../backend/object-server/power-cut.ts';
import { Random } from '../support/random.ts';
import { tempDir } from '../support/temp-dir.ts';

const SEED = Number(process.env.TEST_SEED ?? 1);

it('mode durable keeps what it answered through four hundred power cuts', { timeout: 900_000 }, async ({ skip }) => {
  if (!hasStrace()) skip('strace is not there or not permitted');
  const random = new Random(SEED);
  for (let record = 0; record < 4; record++) {
    const calls = recordWriter(tempDir(), 'durable', 200);
    const first = calls.findIndex(call => call.call === 'told' && call.text.startsWith('ack'));
    for (let cut = 0; cut < 100; cut++) {
      const { files, acknowledged } = cutPower(calls, first + 1 + random.int(calls.length - first), random, 'anything');
      const dataDir = tempDir();
      writeFiles(dataDir, files);
      await checkSurvivors(dataDir, 'durable', acknowledged);
    }
  }
});
