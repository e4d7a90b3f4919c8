import { describe, expect, it } from 'vitest';
import type { Contender, Figures } from './benchmark.ts';
import { measure, spreadOf } from './measure.ts';

/** Gives one figure after another, and notes when it is run and closed. */
function scripted(name: string, figures: readonly Figures[], diary: string[]): Contender {
  let run = 0;
  return {
    name,
    async run() {
      diary.push(name);
      return figures[run++ % figures.length]!;
    },
    async close() {
      diary.push(`${name} closed`);
    },
  };
}

const ms = (...values: readonly number[]): Figures[] => values.map(value => ({ 'time ms': value }));

describe('measuring a case', () => {
  it('runs the contenders in turns, after one turn that is not counted', async () => {
    const diary: string[] = [];
    const contenders = [scripted('a', ms(99, 1, 2), diary), scripted('b', ms(99, 4, 4), diary)] as const;
    const { outcomes } = await measure({ name: 'turns', contenders: [...contenders], runs: 2 });
    expect(diary).toEqual(['a', 'b', 'a', 'b', 'a', 'b', 'a closed', 'b closed']);
    expect(outcomes.map(({ spread }) => spread.values)).toEqual([
      [1, 2],
      [4, 4],
    ]);
  });

  it('says how ours compares to each peer by the medians', async () => {
    const contenders = [scripted('ours', ms(0, 3, 2, 1), []), scripted('peer', ms(0, 4, 8, 100), [])] as const;
    const { outcomes } = await measure({ name: 'ratio', contenders: [...contenders], runs: 3 });
    expect(outcomes.map(({ ratio }) => ratio)).toEqual([undefined, 0.25]);
  });

  it('judges a bar on a figure, and on its ratio to a peer', async () => {
    const contenders = [scripted('ours', ms(2), []), scripted('peer', ms(8), [])] as const;
    const { verdicts } = await measure({
      name: 'bars',
      contenders: [...contenders],
      bars: [
        { figure: 'time ms', max: 2 },
        { figure: 'time ms', max: 1 },
        { figure: 'time ms', peer: 'peer', min: 0.5 },
      ],
    });
    expect(verdicts.map(({ met, value }) => [met, value])).toEqual([
      [true, 2],
      [false, 2],
      [false, 0.25],
    ]);
  });

  it('refuses a bar that judges nothing, since it could never be missed', async () => {
    const contenders = [scripted('ours', ms(2), [])] as const;
    const bars = [{ figure: 'tyme ms', max: 1 }];
    await expect(measure({ name: 'typo', contenders: [...contenders], bars })).rejects.toThrow('nothing to judge');
  });

  it('closes every contender when one of them fails', async () => {
    const diary: string[] = [];
    const failing: Contender = { name: 'failing', run: () => Promise.reject(new Error('no server')) };
    const contenders = [scripted('a', ms(1), diary), failing] as const;
    await expect(measure({ name: 'failure', contenders: [...contenders] })).rejects.toThrow('no server');
    expect(diary).toEqual(['a', 'a closed']);
  });

  it('takes the middle of an even number of runs between the two', () => {
    expect(spreadOf([10, 1, 3, 2])).toMatchObject({ median: 2.5, min: 1, max: 10 });
  });
});
