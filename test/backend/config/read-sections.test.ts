import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../backend/config/read-config.ts';
import { readSections, type Sections } from '../../../backend/config/read-sections.ts';
import { mistakesOf } from '../../support/mistakes.ts';
import { tempDir } from '../../support/temp-dir.ts';

type Given = { readonly [K in 'columns' | 'tables' | keyof Sections]?: unknown };

const read = (given: Given): Sections =>
  readSections({ columns: undefined, tables: undefined, filters: undefined, views: undefined, ...given });

const mistakes = (given: Given): string[] => mistakesOf(() => read(given));

const SITES = { name: 'sites', primaryKey: 'site', columns: [{ name: 'site', type: 'text' }] };

describe('the sections of panelcast.yaml', () => {
  it('are tables, filters and views that fit each other', () => {
    const sections = read({
      columns: [{ name: 'customer', type: 'text' }],
      tables: [SITES],
      filters: { urgent: "severity >= 4 AND customer = 'acme'", lon: "site LIKE 'lon%'" },
      views: {
        'urgent-by-site': { filter: '@urgent', metrics: [{ fn: 'count' }], groupBy: ['site'], historyMs: 60_000 },
        sites: { table: 'sites', filter: '@lon' },
        again: { view: 'sites' },
        load: { source: 'panelcast', table: 'sweeps', columns: ['busy_ms'] },
      },
    });
    expect(sections.tables.map(({ name }) => name)).toEqual(['events', 'sites']);
    expect(sections.tables[0]!.columns.at(-1)).toMatchObject({ name: 'customer' });
    expect(Object.keys(sections.views)).toHaveLength(4);
  });

  it.each<[string, Given, string]>([
    ['a list of the wrong form', { columns: 5 }, 'columns must be a list of {name, type}'],
    ['a column that is there', { columns: [{ name: 'severity', type: 'text' }] }, '"severity"'],
    ['a table without its key', { tables: [{ ...SITES, primaryKey: undefined }] }, 'tables[0].primaryKey is missing'],
    ['a filter that fits no table', { filters: { a: 'sevrity > 1' } }, 'filters.a: unknown column "sevrity"'],
    ['a filter that is none', { filters: { a: 5 } }, 'filters.a must be the text of a filter'],
    ['a view with a column that is not there', { views: { a: { columns: ['nde'] } } }, 'views.a: unknown column "nde"'],
    ['a view on an unknown filter', { views: { a: { filter: '@urgnt' } } }, 'views.a: unknown named filter @urgnt'],
    ['a view of a source that is none', { views: { a: { source: 'nope' } } }, 'views.a: unknown source "nope"'],
    ['a field that requests do not have', { views: { a: { foo: 1 } } }, 'views.a has no field "foo"'],
    ['a filter that no text can refer to', { filters: { '1a': 'tally > 1' } }, 'filters.1a: the name "1a" must begin'],
    ['a name with a space', { filters: { 'a b': 'tally > 1' } }, 'filters.a b: the name "a b" must begin'],
    ['a name that is empty', { views: { '': {} } }, 'views.: the name "" must begin'],
    ['a view under the name of a method', { views: { a: { view: 'toString' } } }, 'unknown named view "toString"'],
    ['a filter under the name of a method', { filters: { a: '@constructor' } }, 'unknown named filter @constructor'],
  ])('refuse %s, and say where', (_, given, message) => {
    expect(mistakes(given)).toEqual([expect.stringContaining(message)]);
  });

  it('say on which line of the file a mistake stands, however deep and however it is written', () => {
    const cwd = tempDir();
    const file = `
columns:
  - name: customer
    type: text
  - { name: Severity, type: text }
tables:
  - name: sites
    primaryKey: site
    columns:
      - { name: site, type: text }
      - name: city
        type: txt
filters:
  urgent: severity >= 4
  late: >
    sevrity >= 4
views: { fine: { filter: '@urgent' },
  wrong: { columns: [node, 5] } }
`;
    writeFileSync(join(cwd, 'panelcast.yaml'), file);
    const read = () => readSections(readConfig({ args: [], env: {}, cwd }));
    expect(read).toThrow(
      [
        'panelcast.yaml:12: tables[0].columns[1].type must be one of text, integer, real, not "txt"',
        'panelcast.yaml:2: columns: "Severity" is a built-in column; choose another name',
        'panelcast.yaml:15: filters.late: unknown column "sevrity" at 0; did you mean "severity"?',
        'panelcast.yaml:18: views.wrong.columns[1] must be a string, not 5',
      ].join('\n'),
    );
  });

  it('tell the mistakes of all of them together', () => {
    expect(mistakes({ columns: 5, tables: 5, filters: { a: 'x' }, views: { a: { columns: ['y'] } } })).toHaveLength(4);
  });
});
