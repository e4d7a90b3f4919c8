import { expect, it } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import { compileFilter } from '../../../backend/sql/filter.ts';
import { completeFilter } from '../../../src/editor/filter-completion.ts';
import { filterFault } from '../../../src/editor/filter-fault.ts';
import { readRows, writeRows } from '../../../src/editor/filter-rows.ts';
import { ofTable } from '../../../src/editor/table-change.ts';
import { Random } from '../../support/random.ts';
import { EVENTS, SETS, VOCABULARY } from './ground.ts';

const PIECES = [
  ...['severity', 'site', '"site"', '=', '>=', '<>', 'IN', '(', ')', ',', "'lon'", "'", '"', '`', '[', ']', ' ', '\n'],
  ...[
    'AND',
    'OR',
    'NOT',
    'LIKE',
    "'%a'",
    'BETWEEN',
    'IS',
    'NULL',
    'TRUE',
    '1',
    '3.5',
    '5m',
    'now()',
    '-',
    '*',
    '%',
    ';',
  ],
  ...[
    '@p1',
    '@',
    '$site',
    '$' + '{site',
    '$' + '{site:raw}',
    '[[site]]',
    '--x\n',
    '/*',
    '*/',
    '\\',
    '😀',
    '\ud800',
    '\0',
  ],
];
const NAMED = { resolve: (name: string) => VOCABULARY.filters[name], names: () => [] };
const RUNS = 4000;

function fill(text: string): string {
  return text.replace(/\$site|\$\{site:raw\}|\[\[site\]\]/g, "'lon'");
}

/** What a filter keeps; undefined for one that cannot be read. */
function meaning(text: string): string | undefined {
  try {
    return compileFilter(fill(text), EVENTS, NAMED).canonical;
  } catch {
    return undefined;
  }
}

it('an editor bears whatever is typed, and rows mean what the text meant', () => {
  const seed = Date.now() % 1_000_000;
  const random = new Random(seed);
  let compared = 0;
  for (let i = 0; i < RUNS; i++) {
    const parted = random.chance(0.7) ? ' ' : '';
    const text = Array.from({ length: 1 + random.int(12) }, () => random.pick(PIECES)).join(parted);
    const at = `seed ${seed}: ${JSON.stringify(text)}`;
    const ground = { vocabulary: VOCABULARY, table: EVENTS, valuesOf: () => ['a', "b'c"] };
    expect(() => completeFilter(text, random.int(text.length + 1), ground), at).not.toThrow();
    expect(() => filterFault(text, { table: EVENTS, filters: VOCABULARY.filters, fill }), at).not.toThrow();
    expect(() => ofTable({ filter: text }, SETS, VOCABULARY), at).not.toThrow();
    const before = meaning(text);
    const written = rewritten(text);
    if (before === undefined || written === undefined) continue;
    expect(meaning(written), `${at} as rows ${written}`).toBe(before);
    compared++;
  }
  expect(compared, `seed ${seed}`).toBeGreaterThan(10);
});

/** Through the builder's rows and back. */
function rewritten(text: string): string | undefined {
  try {
    return writeRows(readRows(text));
  } catch (error) {
    if (error instanceof PanelcastError) return undefined;
    throw error;
  }
}
