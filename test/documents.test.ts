import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSections } from '../backend/config/read-sections.ts';
import { SELF_TABLES } from '../backend/notifier/self-tables.ts';
import { NotifierProcess } from './support/notifier-process.ts';
import { ROOMS } from './support/structure-law.ts';

const ROOT = join(import.meta.dirname, '..');
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const scripts = Object.keys((JSON.parse(text('package.json')) as { scripts: object }).scripts);

describe('the documents', () => {
  it.each(['README.md', 'ARCHITECTURE.md', 'PROTOCOL.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])(
    '%s links only to what is there, and names only scripts that exist',
    file => {
      for (const [, target] of text(file).matchAll(/\]\((?!https?:)([^)#]+)/g))
        expect(existsSync(join(ROOT, target!)), target).toBe(true);
      for (const [, script] of text(file).matchAll(/`npm run ([\w:]+)/g)) expect(scripts).toContain(script);
    },
  );

  it('README is read in one sitting', () => {
    expect(text('README.md').split('\n').length).toBeLessThanOrEqual(150);
  });

  it('README lists every command and no other', async () => {
    const { stdout } = await NotifierProcess.run(['--help']);
    const commands = [...stdout.matchAll(/^ {2}(\w+) +\S/gm)].map(match => match[1]!);
    const listed = [...text('README.md').matchAll(/^\| `panelcast (\w+)` \|/gm)].map(match => match[1]!);
    expect(listed.toSorted()).toEqual(commands.toSorted());
  });

  it('README has sections of a configuration that are good as they are', () => {
    const [, example] = /```yaml\n([\s\S]+?)```/.exec(text('README.md'))!;
    const { filters, tables, views } = readSections(parse(example!));
    expect([tables.length, Object.keys(filters).length, Object.keys(views).length]).toEqual([2, 1, 1]);
  });

  it('PROTOCOL has the notifier’s own tables with all their columns', () => {
    const [, table] = /<!-- own tables -->([\s\S]*)<!-- \/own tables -->/.exec(text('PROTOCOL.md'))!;
    const rows = [...table!.matchAll(/^\| `(\w+)` \| .+ \| (.+) \|$/gm)].map(([, name, columns]) => [name, columns]);
    const columnsOf = ({ schema }: (typeof SELF_TABLES)[number]) =>
      schema.columns.map(({ name }) => `\`${name}\``).join(', ');
    expect(rows).toEqual(SELF_TABLES.map(own => [own.schema.name, columnsOf(own)]));
  });

  it('ARCHITECTURE has each room of the plugin', () => {
    const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter(entry => entry.isDirectory());
    for (const { name } of rooms) if (name !== 'img') expect(text('ARCHITECTURE.md')).toContain(`\`src/${name}/\``);
  });

  it('ARCHITECTURE has each room of the notifier once, in the order of the law', () => {
    const described = [...text('ARCHITECTURE.md').matchAll(/^\| `([a-z-]+)\/` \|/gm)].map(match => match[1]!);
    expect(described).toEqual(ROOMS.filter(room => described.includes(room)));
    const folders = readdirSync(join(ROOT, 'backend'), { withFileTypes: true }).filter(entry => entry.isDirectory());
    for (const { name } of folders) expect(described).toContain(name);
  });

  it('ARCHITECTURE states its invariants as lines of their own', () => {
    const stated = text('ARCHITECTURE.md').match(/^- Invariant: .+\.$/gm) ?? [];
    expect(stated.length).toBeGreaterThan(15);
    expect(new Set(stated).size).toBe(stated.length);
  });
});

it('the command, npm start and the image start Node with the same options', () => {
  const [, options] = /^#!.* node (.+)/.exec(text('bin/panelcast.js'))!;
  expect(text('package.json')).toContain(`"start": "node ${options} build/start.ts"`);
  expect(text('Dockerfile')).toContain(`ENTRYPOINT ["node", ${JSON.stringify(options)}, "bin/panelcast.js"]`);
});
