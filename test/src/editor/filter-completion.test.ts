// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to Grafana’s variables
import { describe, expect, it } from 'vitest';
import { type Completion, completeFilter } from '../../../src/editor/filter-completion.ts';
import { Random } from '../../support/random.ts';
import { EVENTS, VOCABULARY } from './ground.ts';

const SITES = ['lon', 'nyc', "o'fallon"];

/** `|` is the caret. */
function at(marked: string): Completion {
  const caret = marked.indexOf('|');
  return completeFilter(marked.replace('|', ''), caret, {
    vocabulary: VOCABULARY,
    table: EVENTS,
    valuesOf: column => (column === 'site' ? SITES : undefined),
  });
}

function labels(marked: string): string[] {
  return at(marked).suggestions.map(({ label }) => label);
}

/** The text after the named suggestion was taken. */
function taken(marked: string, label: string): string {
  const { from, suggestions, to } = at(marked);
  const { insert } = suggestions.find(each => each.label === label)!;
  const text = marked.replace('|', '');
  return text.slice(0, from) + insert + text.slice(to);
}

describe('completion of a filter', () => {
  it('offers columns, named filters and functions where a condition begins', () => {
    for (const place of ['|', 'severity = 5 AND |', '(|', 'NOT |', 'a = 1 OR (b = 2 AND |']) {
      expect(labels(place)).toEqual(expect.arrayContaining(['severity', '@p1', 'now()', 'NOT']));
    }
  });

  it('puts what begins with the typed letters before what contains them', () => {
    expect(labels('ser|')).toEqual(['serial', 'service']);
    expect(labels('occ|')).toEqual(['first_occurrence', 'last_occurrence']);
    expect(labels('sit| = 5')).toEqual(['site']);
  });

  it('offers the operators that fit the column', () => {
    expect(labels('node |')).toEqual(expect.arrayContaining(['=', 'LIKE', 'IS NULL']));
    expect(labels('severity |')[0]).toBe('>=');
    expect(labels('severity |')).not.toContain('LIKE');
    expect(labels('acknowledged |')).toEqual(['=', '<>']);
    expect(labels('severity N|')[0]).toBe('NOT IN');
    expect(labels('node NOT |')).toEqual(['IN', 'LIKE', 'BETWEEN', 'NULL']);
  });

  it('offers the names of an enumeration, yes and no, ages, and the values that a column has', () => {
    expect(labels('severity >= |').slice(0, 2)).toEqual(["'clear'", "'indeterminate'"]);
    expect(labels('acknowledged = |').slice(0, 2)).toEqual(['TRUE', 'FALSE']);
    expect(labels('last_occurrence > |')).toContain('now() - 5m');
    expect(labels('site = |').slice(0, 3)).toEqual(["'lon'", "'nyc'", "'o''fallon'"]);
    expect(labels("site IN ('lon', |").slice(0, 1)).toEqual(["'lon'"]);
    expect(labels('site LIKE |')[0]).toBe("'%lon%'");
    expect(labels('tally BETWEEN 1 AND |')).toContain('$site');
  });

  it('says of which column values would be wanted', () => {
    expect(at('node = |').valuesOf).toBe('node');
    expect(at("node IN ('a', '|").valuesOf).toBe('node');
    expect(at('severity = |').valuesOf).toBeUndefined();
    expect(at('last_occurrence > |').valuesOf).toBeUndefined();
    expect(at('nod|').valuesOf).toBeUndefined();
  });

  it('goes on with AND and OR where a condition is complete', () => {
    for (const place of [
      'severity = 5 |',
      "site IN ('a') |",
      '@p1 |',
      '(a = 1) |',
      'a IS NULL |',
      'a BETWEEN 1 AND 2 |',
    ])
      expect(labels(place)).toEqual(['AND', 'OR']);
    expect(labels("site IN ('a' |")).toEqual([',', ')']);
    expect(labels('last_occurrence > now() - |')).toContain('15m');
  });

  it('offers named filters after @ and variables after $, also in the middle of a text', () => {
    expect(labels('@|')).toEqual(['@p1', '@core']);
    expect(labels('severity = 5 AND @c| OR x = 1')).toEqual(['@core']);
    expect(labels('site = $|')).toEqual(['$site', '$service']);
    expect(labels('site = ${s|')).toEqual(['$site', '$service']);
    expect(labels('site = $site AND nod|')).toEqual(['node', 'node_alias']);
  });

  it('replaces the word that is written, to its end, and a quotation that has begun', () => {
    expect(taken('sev|', 'severity')).toBe('severity ');
    expect(taken("si|x = 'lon'", 'site')).toBe("site  = 'lon'");
    expect(taken("site = 'ny|'", "'nyc'")).toBe("site = 'nyc' ");
    expect(taken("site = 'o|'", "'o''fallon'")).toBe("site = 'o''fallon' ");
    expect(taken('site = $s|', '$service')).toBe('site = $service ');
  });

  it('never fails, whatever stands before and after the caret', () => {
    const pieces = [
      'severity',
      ' ',
      '=',
      "'",
      '"',
      '(',
      ')',
      '@',
      '$',
      '{',
      'now()',
      '-',
      '5m',
      '5x',
      '--',
      '/*',
      '\n',
      'é',
      '[',
      ';',
      'AND',
      'IN',
    ];
    for (let seed = 1; seed <= 3000; seed++) {
      const random = new Random(seed);
      const text = Array.from({ length: random.int(9) }, () => random.pick(pieces)).join('');
      const caret = random.int(text.length + 1);
      const { from, to } = at(`${text.slice(0, caret)}|${text.slice(caret)}`);
      expect(0 <= from && from <= caret && caret <= to && to <= text.length, `seed ${seed}: ${text}`).toBe(true);
    }
  });
});
