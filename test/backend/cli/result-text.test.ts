import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../backend/cli/display-text.ts';
import { resultText } from '../../../backend/cli/result-text.ts';
import { Random } from '../../support/random.ts';

const answer = {
  columns: ['serial', 'site', 'summary'],
  rows: [
    [1, 'lon', 'link down'],
    [12, null, 'power supply failed in rack 7'],
  ],
  seq: 7,
} as const;

describe('a table', () => {
  it('aligns numbers to the right and text to the left', () => {
    expect(resultText(answer, 'table', 80)).toBe(
      [
        'serial  site  summary',
        '──────  ────  ─────────────────────────────',
        '     1  lon   link down',
        '    12  NULL  power supply failed in rack 7',
        '2 rows',
        '',
      ].join('\n'),
    );
  });

  it('cuts the widest column first', () => {
    expect(resultText(answer, 'table', 34).split('\n')[3]).toBe('    12  NULL  power supply failed…');
  });

  it('shows one line a column when there are too many for the width', () => {
    const columns = ['serial', 'b', 'c', 'a_long_name'];
    const text = resultText({ columns, rows: [[1, 'x'.repeat(30), 'y'.repeat(30), 'z'.repeat(30)]] }, 'table', 30);
    expect(text).toBe(
      [
        '── row 1 ─────────────────────',
        'serial       1',
        'b            xxxxxxxxxxxxxxxx…',
        'c            yyyyyyyyyyyyyyyy…',
        'a_long_name  zzzzzzzzzzzzzzzz…',
        '1 row',
        '',
      ].join('\n'),
    );
  });

  it('says that there are no rows', () => {
    expect(resultText({ columns: ['a'], rows: [] }, 'table', 80)).toBe('0 rows\n');
  });

  it('says what a write changed', () => {
    expect(resultText({ changes: 1, seq: 9 }, 'table', 80)).toBe('1 row changed, at seq 9\n');
  });

  it('is never wider than the terminal and shows no control character, whatever the data', () => {
    const bits = ['a', 'word ', '日', '👍🏽', '\x1b[2J', '\n', 'é', '0'];
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Random(seed);
      const text = () => Array.from({ length: random.int(30) }, () => random.pick(bits)).join('');
      const columns = Array.from({ length: 1 + random.int(8) }, text);
      const rows = Array.from({ length: random.int(5) }, () =>
        columns.map(() => (random.chance(0.3) ? random.int(1e9) : text())),
      );
      const width = 20 + random.int(100);
      const lines = resultText({ columns, rows }, 'table', width).split('\n');
      for (const line of lines) {
        expect(displayWidth(line), `seed ${seed}: ${line}`).toBeLessThanOrEqual(width);
        expect(line, `seed ${seed}`).not.toContain('\x1b');
      }
    }
  });
});

describe('CSV', () => {
  it('quotes what must be quoted, and tells NULL from an empty text', () => {
    const rows = [
      ['a,b', 'say "hi"', null],
      ['two\nlines', '', 5],
    ];
    expect(resultText({ columns: ['a', 'b', 'c'], rows }, 'csv', 80)).toBe(
      'a,b,c\n"a,b","say ""hi""",\n"two\nlines","",5\n',
    );
  });

  it('gives a write as a row', () => {
    expect(resultText({ changes: 3, seq: 9 }, 'csv', 80)).toBe('changes,seq\n3,9\n');
  });
});

describe('JSON', () => {
  it('is an array of objects, one a line', () => {
    const text = resultText(answer, 'json', 80);
    expect(JSON.parse(text)).toEqual([
      { serial: 1, site: 'lon', summary: 'link down' },
      { serial: 12, site: null, summary: 'power supply failed in rack 7' },
    ]);
    expect(text.split('\n')).toHaveLength(5);
    expect(JSON.parse(resultText({ columns: ['a'], rows: [] }, 'json', 80))).toEqual([]);
  });

  it('keeps both of two columns of one name', () => {
    const text = resultText({ columns: ['a', 'a', 'a_2'], rows: [[1, 2, 3]] }, 'json', 80);
    expect(JSON.parse(text)).toEqual([{ a: 1, a_2: 2, a_2_2: 3 }]);
  });
});
