import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
