import { describe, expect, it } from 'vitest';
import { Random } from '../support/random.ts';
import { tempDir } from '../support/temp-dir.ts';
import { checkKills, SafHistory } from './saf-history.ts';

/** TEST_SEED starts elsewhere; test/slow has ten times as many rounds. */
const SEED = Number(process.env.TEST_SEED ?? 1);
const TIMEOUT_MS = 240_000;

describe('panelcast tail --mode saf --output', { timeout: TIMEOUT_MS }, () => {
  it.each([
    ['durable', 6],
    ['fast', 3],
  ] as const)(
    'has every change of a %s store once and in order, though both sides are killed',
    async (mode, rounds) => {
      await checkKills(mode, rounds, SEED);
    },
  );

  it('tells as a gap what was trimmed while it was away, and has all the rest', async () => {
    const history = await SafHistory.begin(tempDir(), new Random(SEED), ['--spool-bytes', '64KiB']);
    await history.write(50);
    await history.settle();
    await history.killTail();
    while ((await history.spoolBytes()) <= 64 * 1024) await history.write(500);
    await history.trimmed(64 * 1024);
    history.startTail();
    await history.write(50);
    await history.settle();
    const lines = history.newLines();
    const gaps = lines.filter(({ op }) => op === 'gap');
    expect(gaps).toHaveLength(1);
    const { from = 0, to = 0 } = gaps[0]!;
    const told = lines.flatMap(({ op, seq }) => (op === 'gap' ? [] : [seq]));
    const truth = history.truth().map(({ seq }) => seq);
    expect(told).toEqual(truth.filter(seq => seq < from || seq > to));
    expect(truth).toEqual(expect.arrayContaining([from, to]));
    expect(lines.map(({ seq, to }) => seq ?? to!)).toEqual(
      lines.map(({ seq, to }) => seq ?? to!).toSorted((a, b) => a - b),
    );
  });
});
