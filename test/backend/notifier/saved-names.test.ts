import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import { Names } from '../../../backend/notifier/names.ts';
import type { NameSets } from '../../../backend/notifier/names-file.ts';
import { tempDir } from '../../support/temp-dir.ts';

const CONFIGURED: NameSets = { filters: { bad: 'severity >= 4' }, views: {} };

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PanelcastError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('§1 saved names', () => {
  it('are there after a restart, beside those of the configuration', () => {
    const file = join(tempDir(), 'names.json');
    const names = new Names({ configured: CONFIGURED, file });
    names.change('filters', 'lon', "site = 'lon'");
    names.change('views', 'wall', { filter: '@lon' });
    const again = new Names({ configured: CONFIGURED, file });
    expect(again.all).toEqual({
      filters: { bad: 'severity >= 4', lon: "site = 'lon'" },
      views: { wall: { filter: '@lon' } },
    });
    expect([again.filter('lon'), again.view('wall')]).toEqual(["site = 'lon'", { filter: '@lon' }]);
  });

  it('can be changed and forgotten, and are what they were where the change is refused', () => {
    const file = join(tempDir(), 'names.json');
    const names = new Names({ configured: CONFIGURED, file });
    names.change('filters', 'lon', 'site = 1');
    const refuse = () => {
      expect(names.filter('lon')).toBe("site = 'lon'");
      throw new Error('refused');
    };
    expect(() => names.change('filters', 'lon', "site = 'lon'", refuse)).toThrow('refused');
    expect([names.filter('lon'), new Names({ configured: CONFIGURED, file }).filter('lon')]).toEqual([
      'site = 1',
      'site = 1',
    ]);
    names.change('filters', 'lon', undefined);
    expect([names.filter('lon'), new Names({ configured: CONFIGURED, file }).filter('lon')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('are written whole or not at all', () => {
    const dir = tempDir();
    const names = new Names({ configured: CONFIGURED, file: join(dir, 'names.json') });
    names.change('filters', 'lon', "site = 'lon'");
    expect(readdirSync(dir)).toEqual(['names.json']);
    expect(JSON.parse(readFileSync(join(dir, 'names.json'), 'utf8'))).toEqual({
      filters: { lon: "site = 'lon'" },
      views: {},
    });
  });

  it('without a file are kept as long as the process lives', () => {
    const names = new Names({ configured: CONFIGURED, file: undefined });
    names.change('filters', 'lon', "site = 'lon'");
    expect(names.filter('lon')).toBe("site = 'lon'");
  });

  it.each<[string, string | undefined, string]>([
    ['bad', 'severity = 5', 'conflict: "bad" is set in the configuration file; change it there'],
    ['lom', undefined, 'not-found: no saved filter "lom"; did you mean "lon"?'],
    [
      '5th',
      'tally = 5',
      'bad-request: the name "5th" must begin with a letter and have only letters, digits, _ and -, at most 100 and no - at the end',
    ],
    [
      'a b',
      'tally = 5',
      'bad-request: the name "a b" must begin with a letter and have only letters, digits, _ and -, at most 100 and no - at the end',
    ],
  ])('refuses %s', (name, value, message) => {
    const names = new Names({ configured: CONFIGURED, file: undefined });
    names.change('filters', 'lon', "site = 'lon'");
    expect(refusal(() => names.change('filters', name, value))).toBe(message);
  });

  it('knows no name that every object has', () => {
    const names = new Names({ configured: CONFIGURED, file: undefined });
    expect(['constructor', 'toString', '__proto__'].map(name => names.filter(name) ?? names.view(name))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('says of a damaged file which it is and what to do', () => {
    const file = join(tempDir(), 'names.json');
    writeFileSync(file, '{"filters": {\n  "a" 5}}');
    expect(refusal(() => new Names({ configured: CONFIGURED, file }))).toMatch(
      /^bad-config: .*names\.json is damaged: .* \(line 2 column 7\); mend it, or move it away to start without saved names$/,
    );
  });

  it.each([
    ['null', 'it is not an object'],
    ['[]', 'it is not an object'],
    ['{}', 'filters is not an object'],
    ['{"filters":{"a":1},"views":{}}', 'filters.a is not the text of a filter'],
    ['{"filters":{},"views":{"wall":[]}}', 'views.wall is not an object'],
  ])('does not take %s for names, and says what is wrong', (text, what) => {
    const file = join(tempDir(), 'names.json');
    writeFileSync(file, text);
    expect(refusal(() => new Names({ configured: CONFIGURED, file }))).toContain(
      `bad-config: ${file} is damaged: ${what}`,
    );
  });

  it('that cannot be read are not taken for none', () => {
    const file = join(tempDir(), 'names.json');
    mkdirSync(file);
    expect(refusal(() => new Names({ configured: CONFIGURED, file }))).toBe(
      `bad-config: ${file} cannot be read (EISDIR)`,
    );
  });

  it.runIf(existsSync('/dev/full'))('on a full disk are what they were, and it is said what to do', () => {
    const dir = tempDir();
    const file = join(dir, 'names.json');
    const names = new Names({ configured: CONFIGURED, file });
    names.change('filters', 'lon', "site = 'lon'");
    symlinkSync('/dev/full', `${file}.new`);
    expect(refusal(() => names.change('filters', 'nyc', "site = 'nyc'"))).toBe(
      `storage-full: the disk of ${file} is full; the name was not saved. Free space and save it again`,
    );
    expect([names.filter('nyc'), readdirSync(dir)]).toEqual([undefined, ['names.json']]);
    names.change('filters', 'nyc', "site = 'nyc'");
    expect(new Names({ configured: CONFIGURED, file }).filter('nyc')).toBe("site = 'nyc'");
  });
});
