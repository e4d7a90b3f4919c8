import { describe, expect, it } from 'vitest';
import { Random } from '../../support/random.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { checkSurvivors } from './crash.ts';
import { cutPower, type FileCall, hasStrace, recordWriter, writeFiles } from './power-cut.ts';

const SEED = Number(process.env.TEST_SEED ?? 1);

/** Where in the record the first and the last answer are; after that the process ends, which syncs in its way. */
function answers(calls: readonly FileCall[]): { readonly first: number; readonly last: number } {
  const isAnswer = (call: FileCall) => call.call === 'told' && call.text.startsWith('ack');
  return { first: calls.findIndex(isAnswer), last: calls.findLastIndex(isAnswer) };
}

describe('a power cut', () => {
  it('takes nothing that mode durable has answered, wherever it comes', { timeout: 60_000 }, async ({ skip }) => {
    if (!hasStrace()) skip('strace is not there or not permitted');
    const calls = recordWriter(tempDir(), 'durable', 150);
    const random = new Random(SEED);
    const { first, last } = answers(calls);
    for (let cut = 0; cut < 25; cut++) {
      const after = first + 1 + random.int(last - first + 1);
      const { files, acknowledged } = cutPower(calls, after, random, 'anything');
      const dataDir = tempDir();
      writeFiles(dataDir, files);
      await checkSurvivors(dataDir, 'durable', acknowledged);
    }
  });

  it('takes from mode fast what was not synced yet, and leaves a whole state', { timeout: 60_000 }, async ({
    skip,
  }) => {
    if (!hasStrace()) skip('strace is not there or not permitted');
    const calls = recordWriter(tempDir(), 'fast', 60);
    const random = new Random(SEED);
    for (const keep of ['nothing', 'anything', 'anything'] as const) {
      const { files, acknowledged } = cutPower(calls, answers(calls).last + 1, random, keep);
      const dataDir = tempDir();
      writeFiles(dataDir, files);
      const highest = await checkSurvivors(dataDir, 'fast', []);
      // No sync comes after the last answers, so what mode durable keeps is gone here: the cuts do cut.
      if (keep === 'nothing') expect(highest).toBeLessThan(Math.max(...acknowledged.map(ack => ack.first)));
    }
  });
});
