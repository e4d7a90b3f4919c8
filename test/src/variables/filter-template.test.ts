// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to Grafana's variables
import { describe, expect, it } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import type { Expression } from '../../../backend/sql/expression.ts';
import { parseFilter } from '../../../backend/sql/parser.ts';
import { fillFilter } from '../../../src/variables/filter-template.ts';
import { Variables } from '../../../src/variables/references.ts';
import { Random } from '../../support/random.ts';
import { AllValue, fakeTemplates } from './fake-templates.ts';

function fill(filter: string, values: Readonly<Record<string, unknown>> = {}): string {
  return fillFilter(filter, new Variables(fakeTemplates(values)));
}

function fault(run: () => unknown): PanelcastError {
  try {
    run();
  } catch (error) {
    if (error instanceof PanelcastError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A tree without its texts and places. */
function shape(expression: Expression): unknown {
  return JSON.parse(
    JSON.stringify(expression, (name, value) => (['start', 'end', 'value'].includes(name) ? undefined : value)),
  );
}

const PIECES = [
  ...["'", "''", '"', '`', '\\', ')', '(', '[', ']', ';', '--', '/*', '*/', '%', '_', '\n', ' '],
  ...[' OR 1=1', ' OR TRUE', 'NULL', 'lon', '$site', '${site:raw}', '@named', '42', 'é', '😀', '\uE0000\uE001'],
];

function hostile(random: Random): string {
  return Array.from({ length: 1 + random.int(6) }, () => random.pick(PIECES)).join('');
}

describe('a filter with variables', () => {
  it('takes one value and several', () => {
    expect(fill('site = $site', { site: 'lon' })).toBe("site = 'lon'");
    expect(fill('site IN ($site)', { site: ['lon', 'nyc'] })).toBe("site IN ('lon', 'nyc')");
    expect(fill("site IN ('par', ${site})", { site: ['lon'] })).toBe("site IN ('par', 'lon')");
    expect(fill('severity >= [[min]]', { min: '4' })).toBe("severity >= '4'");
  });

  it('means one of several where it compares with several', () => {
    expect(fill('site = $site', { site: ['lon', 'nyc'] })).toBe("site IN ('lon', 'nyc')");
    expect(fill("site <> '$site'", { site: ['lon', 'nyc'] })).toBe("site NOT IN ('lon', 'nyc')");
    expect(fault(() => fill('severity >= $min', { min: ['3', '4'] })).message).toContain('the variable has 2; use IN');
  });

  it('leaves nothing out where the custom value of All is *', () => {
    const all = { site: new AllValue('*') };
    expect(fill('site IN ($site) AND severity = 5', all)).toBe('TRUE AND severity = 5');
    expect(fill("site = '$site' OR node LIKE ${site}", all)).toBe('TRUE OR TRUE');
    expect(fill("site NOT IN ('par', $site) AND NOT (site <> $site)", all)).toBe('FALSE AND NOT FALSE');
    expect(fault(() => fill('site > $site', all)).message).toContain('All goes where');
    expect(fault(() => fill('site BETWEEN 1 AND $site', all)).message).toContain('All goes where');
  });

  it('takes a * that somebody chose, and any other custom value of All, as a text', () => {
    expect(fill('site IN ($site)', { site: '*' })).toBe("site IN ('*')");
    expect(fill('site IN ($site)', { site: ['*', 'lon'] })).toBe("site IN ('*', 'lon')");
    expect(fill('site = $site', { site: new AllValue("' OR 1=1 --") })).toBe("site = ''' OR 1=1 --'");
  });

  it('keeps no row where nothing is chosen', () => {
    expect(fill('site IN ($site)', { site: [] })).toBe('site IN ()');
    expect(fill('site = $site', { site: [] })).toBe('site IN ()');
  });

  it('fills texts, patterns, numbers and names of columns', () => {
    expect(fill("summary LIKE '%$word%'", { word: "O'Hare" })).toBe("summary LIKE '%O''Hare%'");
    expect(fill('last_occurrence > now() - $minutes * 60000', { minutes: '5' })).toBe(
      'last_occurrence > now() - 5 * 60000',
    );
    expect(fill('"$column" = 1', { column: 'acknowledged' })).toBe('acknowledged = 1');
  });

  it('leaves what is no reference alone', () => {
    expect(fill("summary = 'costs 5$' AND node = 'a' -- $site", { site: 'x' })).toBe(
      "summary = 'costs 5$' AND node = 'a'",
    );
  });

  it('does not let a format in the text bring a value in as syntax', () => {
    expect(fill('site = ${site:raw}', { site: "x' OR 1=1 --" })).toBe("site = 'x'' OR 1=1 --'");
  });

  it('says which variable there is not, and where', () => {
    const unknown = fault(() => fill('severity = 5 AND site = $sit', { site: 'lon' }));
    expect(unknown.message).toContain('there is no variable $sit');
  });

  it('says where a filter cannot be read, in the text as it was written', () => {
    const text = 'site = $a_rather_long_name AND AND severity = 5';
    const unread = fault(() => fill(text, { a_rather_long_name: 'lon' }));
    expect([unread.code, text.slice(unread.position)]).toEqual(['bad-filter', 'AND severity = 5']);
    expect(unread.message).not.toMatch(/[\uE000\uE001]/);
  });

  it('refuses a text where a number goes', () => {
    expect(fault(() => fill('expires_after > 60 * $n', { n: '1 OR 1=1' })).message).toContain('a number goes here');
  });

  it('keeps its structure, whatever the values are', () => {
    const filters = [
      'site = $site AND severity = 5',
      "site = '$site' OR node LIKE '%${site}%'",
      'NOT (site <> ${site:raw}) AND summary GLOB [[site]]',
      "site BETWEEN $site AND 'z' AND severity IN (1, 2)",
    ];
    const random = new Random(77);
    for (let i = 0; i < 3000; i++) {
      const filter = random.pick(filters);
      const value = hostile(random);
      const filled = fill(filter, { site: value });
      expect(shape(parseFilter(filled)), `${filter} with ${JSON.stringify(value)}`).toEqual(
        shape(parseFilter(fill(filter, { site: 'plain' }))),
      );
      expect(JSON.stringify(parseFilter(filled))).toContain(JSON.stringify(value).slice(1, -1));
    }
  });

  it('keeps its structure with lists, but for their length', () => {
    const random = new Random(78);
    for (let i = 0; i < 1000; i++) {
      const values = Array.from({ length: 1 + random.int(4) }, () => hostile(random));
      const tree = parseFilter(fill('severity = 5 AND site IN ($site)', { site: values }));
      const list = tree.kind === 'logic' ? tree.operands[1] : undefined;
      expect(tree.kind === 'logic' && tree.operands.length).toBe(2);
      expect(list?.kind === 'in' && list.items.map(item => item.kind === 'literal' && item.value)).toEqual(values);
    }
  });
});
