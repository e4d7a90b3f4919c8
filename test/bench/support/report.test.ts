import { describe, expect, it } from 'vitest';
import { spreadOf } from './measure.ts';
import { markdown, sentenceOf } from './report.ts';
import { withSection } from './results-document.ts';

const REPORT = {
  name: 'house',
  sentence: 'What a start costs.',
  circumstances: {
    date: '2026-01-02 03:04',
    command: 'npm run bench -- house',
    commit: 'abc1234',
    cpu: 'Some CPU',
    cores: 2,
    memoryGiB: 8,
    node: '24.21.0',
    kernel: '6.1',
  },
  cases: [
    {
      name: 'start',
      runs: 3,
      outcomes: [
        { contender: 'panelcast', figure: 'ready ms', spread: spreadOf([251.4, 300, 240]) },
        { contender: 'bare fastify', figure: 'ready ms', spread: spreadOf([99.95, 120, 90]), ratio: 2.5151 },
      ],
      verdicts: [{ bar: { figure: 'ready ms', max: 2000 }, value: 251.4, met: true }],
    },
  ],
};

describe('the report of a benchmark', () => {
  it('names machine, date and command, and shows each figure beside its peer’s', () => {
    expect(markdown(REPORT).split('\n')).toEqual([
      '## house',
      '',
      'What a start costs.',
      '',
      '2026-01-02 03:04 UTC, commit abc1234, `npm run bench -- house`. Some CPU, 2 cores, 8 GiB; Node 24.21.0, Linux 6.1.',
      '',
      '### start',
      '',
      '| figure   | of           | median | min–max of 3 | ours ÷ its |',
      '|----------|--------------|-------:|-------------:|-----------:|',
      '| ready ms | panelcast    |    251 |      240–300 |            |',
      '| ready ms | bare fastify |    100 |       90–120 |       2.52 |',
      '',
      'Met: ready ms ≤ 2 000, is 251.',
    ]);
  });

  it('says plainly what is missed', () => {
    const bar = { figure: 'upserts/s', peer: 'PostgreSQL', min: 3 };
    expect(sentenceOf({ bar, value: 2.567, met: false })).toBe(
      '**Missed**: upserts/s by that of PostgreSQL ≥ 3, is 2.57.',
    );
  });
});

describe('the document of all results', () => {
  it('keeps a section for each name, in the order of names, whichever ran last', () => {
    const both = withSection(withSection('', 'store', '## store\n\nbefore'), 'house', '## house');
    const renewed = withSection(both, 'store', '## store\n\nafter');
    expect(renewed.match(/^## \w+$/gm)).toEqual(['## house', '## store']);
    expect(renewed).toContain('after');
    expect(renewed).not.toContain('before');
  });

  it('does not change by being written again', () => {
    const once = withSection('', 'house', '## house\n\ntext');
    expect(withSection(once, 'house', '## house\n\ntext')).toBe(once);
  });
});
