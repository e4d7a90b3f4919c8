// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to Grafana’s variables
import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../../backend/sql/filter.ts';
import {
  hasComments,
  ROW_OPERATORS,
  type RowGroup,
  type RowOperator,
  type RowPart,
  type RowValue,
  readRows,
  writeRows,
} from '../../../src/editor/filter-rows.ts';
import { HURTING, randomFilter } from '../../backend/sql/random-filters.ts';
import { Random } from '../../support/random.ts';

const text = (value: string): RowValue => ({ text: value, isText: true });
const raw = (value: string): RowValue => ({ text: value, isText: false });
const row = (column: string, operator: RowOperator, ...values: RowValue[]): RowPart => ({
  kind: 'row',
  column,
  operator,
  values,
});
const all = (...parts: RowPart[]): RowGroup => ({ kind: 'group', operator: 'AND', parts });
const any = (...parts: RowPart[]): RowGroup => ({ kind: 'group', operator: 'OR', parts });

describe('a filter as rows', () => {
  it.each<[string, RowGroup]>([
    ['', all()],
    ['severity >= 4', all(row('severity', '>=', raw('4')))],
    ["site = 'lon' AND node <> 'it''s'", all(row('site', '=', text('lon')), row('node', '<>', text("it's")))],
    ["site IN ('a', 'b') OR x IS NULL", any(row('site', 'IN', text('a'), text('b')), row('x', 'IS NULL'))],
    ['a BETWEEN 1 AND 2', all(row('a', 'BETWEEN', raw('1'), raw('2')))],
    ['last_occurrence > now() - 5m', all(row('last_occurrence', '>', raw('now() - 5m')))],
    ['@p1 AND NOT a = 1', all({ kind: 'named', name: 'p1' }, { kind: 'code', text: 'NOT a = 1' })],
    ['site = $site', all(row('site', '=', raw('$site')))],
    ['site IN (${site:csv}, [[dc]])', all(row('site', 'IN', raw('${site:csv}'), raw('[[dc]]')))],
    ["site = '$site'", all(row('site', '=', text('$site')))],
    ['"order" LIKE \'a%\'', all(row('order', 'LIKE', text('a%')))],
    ['5 <= severity', all({ kind: 'code', text: '5 <= severity' })],
    ["a LIKE 'x' ESCAPE 'y'", all({ kind: 'code', text: "a LIKE 'x' ESCAPE 'y'" })],
    ['a = 1 AND b = 2 OR c = 3', any(all(row('a', '=', raw('1')), row('b', '=', raw('2'))), row('c', '=', raw('3')))],
    [
      'a = 1 AND (b = 2 OR (c = 3 AND $d = 4))',
      all(row('a', '=', raw('1')), any(row('b', '=', raw('2')), { kind: 'code', text: '(c = 3 AND $d = 4)' })),
    ],
  ])('%s', (filter, rows) => {
    expect(readRows(filter)).toEqual(rows);
    expect(readRows(writeRows(rows))).toEqual(rows);
  });

  it('says nothing for rows that are not finished', () => {
    const unfinished = all(row('', '='), row('site', '='), row('a', 'IN'), row('b', 'BETWEEN', raw('1')), any(), {
      kind: 'code',
      text: ' ',
    });
    expect(writeRows(unfinished)).toBe('');
    expect(writeRows(all(...unfinished.parts, row('c', 'IS NULL')))).toBe('c IS NULL');
  });

  it('keeps code apart from its neighbours', () => {
    expect(writeRows(all({ kind: 'code', text: 'a = 1 OR b = 2' }, row('c', '=', raw('3'))))).toBe(
      '(a = 1 OR b = 2) AND c = 3',
    );
    expect(writeRows(all({ kind: 'code', text: '(a = 1) OR (b = 2)' }))).toBe('((a = 1) OR (b = 2))');
    expect(writeRows(all({ kind: 'code', text: '(a = 1 OR b = 2)' }))).toBe('(a = 1 OR b = 2)');
    const commented = writeRows(all({ kind: 'code', text: 'a = 1 -- why' }, row('c', '=', raw('3'))));
    expect(readRows(commented).parts).toHaveLength(2);
  });

  it('throws the fault of a text that cannot be read, with its place', () => {
    expect(() => readRows('severity >= ')).toThrow(expect.objectContaining({ code: 'bad-filter', position: 12 }));
  });

  it('knows comments from texts that look like them', () => {
    expect(hasComments("a = '--' AND b = '/*'")).toBe(false);
    expect(hasComments('a = 1 -- really')).toBe(true);
    expect(hasComments('a /* b */ = 1')).toBe(true);
  });
});

describe('between builder and code', () => {
  it('rows survive the way to text and back', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const rows = randomGroup(new Random(seed), 0);
      expect(readRows(writeRows(rows)), `seed ${seed}: ${writeRows(rows)}`).toEqual(rows);
    }
  });

  it('every filter keeps its meaning when it is written again from its rows', () => {
    let withoutCode = 0;
    for (let seed = 1; seed <= 1500; seed++) {
      const { ours: filter } = randomFilter(new Random(seed));
      const before = canonical(filter);
      if (before === undefined) continue; // the generator also makes what the notifier refuses
      const rows = readRows(filter);
      const written = writeRows(rows);
      expect(canonical(written), `seed ${seed}: ${filter} became ${written}`).toBe(before);
      expect(readRows(written), `seed ${seed}: ${written}`).toEqual(rows);
      if (!JSON.stringify(rows).includes('"code"')) withoutCode++;
    }
    expect(withoutCode).toBeGreaterThan(50);
  });
});

function canonical(filter: string): string | undefined {
  try {
    return compileFilter(filter, HURTING).canonical;
  } catch {
    return undefined;
  }
}

const TEXTS = ['lon', "it's", '', ' ', '--', 'a "b"', '%x_', '$site', '5', 'é\u{1f600}'];
const RAW = ['5', '-1', '0.5', 'NULL', 'TRUE', 'now() - 5m', '(1 + 2) * 3', '$site', '${site:raw}', '[[dc]]', 'tally'];
const COLUMNS = ['severity', 'site', 'order', 'two words', 'say "hi"', 'AND'];

function randomGroup(random: Random, depth: number): RowGroup {
  const least = depth === 0 ? 1 : 2;
  const parts = Array.from({ length: least + random.int(4) }, () => randomPart(random, depth));
  const isAlone = parts.length === 1;
  // A group alone in the outermost one is the outermost one.
  const kept = isAlone && parts[0]!.kind === 'group' ? [randomRow(random)] : parts;
  return { kind: 'group', operator: kept.length > 1 && random.chance(0.5) ? 'OR' : 'AND', parts: kept };
}

function randomPart(random: Random, depth: number): RowPart {
  if (depth === 0 && random.chance(0.2)) return randomGroup(random, depth + 1);
  if (random.chance(0.1)) return { kind: 'named', name: random.pick(['p1', 'core.links', 'x-y']) };
  if (random.chance(0.1)) return { kind: 'code', text: random.pick(['NOT a = 1', 'NOT (a = 1 OR b)', "x GLOB 'a*'"]) };
  return randomRow(random);
}

function randomRow(random: Random): RowPart {
  const operator = random.pick(Object.keys(ROW_OPERATORS) as RowOperator[]);
  const takes = { none: 0, one: 1, two: 2, many: 1 + random.int(3) }[ROW_OPERATORS[operator]];
  const value = () => (random.chance(0.5) ? text(random.pick(TEXTS)) : raw(random.pick(RAW)));
  return row(random.pick(COLUMNS), operator, ...Array.from({ length: takes }, value));
}
