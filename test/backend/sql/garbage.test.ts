import { expect, it } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import { compileFilter } from '../../../backend/sql/filter.ts';
import { Random } from '../../support/random.ts';
import { HURTING, randomFilter } from './random-filters.ts';

const PIECES = [
  ...[
    'AND',
    'OR',
    'NOT',
    'IS',
    'NULL',
    'IN',
    'LIKE',
    'GLOB',
    'ESCAPE',
    'BETWEEN',
    'ISNULL',
    'TRUE',
    'now()',
    'filter(x)',
  ],
  ...['(', ')', ',', '=', '<', '>=', '<>', '+', '-', '*', '/', '%', '--', '/*', '*/', '@n', '"', "'", '[', ']', '`'],
  ...[
    'k',
    'i',
    'r',
    't',
    'at',
    'nope',
    "'a'",
    "'%a%'",
    '5',
    '2.5',
    '1e9',
    '5m',
    '9007199254740993',
    ' ',
    '\n',
    'é',
    '\u{1f600}',
  ],
];

/** Pieces of the language in no order, and good filters with a piece too much or a character too few. */
function garbage(random: Random): string {
  if (random.chance(0.5)) return Array.from({ length: random.int(14) }, () => random.pick(PIECES)).join(' ');
  const { ours } = randomFilter(random, 2);
  const at = random.int(ours.length);
  return random.chance(0.5)
    ? ours.slice(0, at) + ours.slice(at + 1)
    : ours.slice(0, at) + random.pick(PIECES) + ours.slice(at);
}

it('whatever the text, the answer is a filter or a fault with its place', () => {
  const random = new Random(41);
  let [filters, faults] = [0, 0];
  for (let i = 0; i < 20_000; i++) {
    const text = garbage(random);
    try {
      compileFilter(text, HURTING);
      filters++;
    } catch (error) {
      faults++;
      if (!(error instanceof PanelcastError)) throw new Error(`seed 41, ${JSON.stringify(text)}`, { cause: error });
      expect(error.code, text).toBe('bad-filter');
      expect(error.position, text).toBeGreaterThanOrEqual(0);
      expect(error.position, text).toBeLessThanOrEqual(text.length);
      expect(error.message, text).toMatch(/ at \d+/);
    }
  }
  expect(filters).toBeGreaterThan(500);
  expect(faults).toBeGreaterThan(5_000);
});
