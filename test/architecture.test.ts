import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSources } from './support/imports.ts';
import { violations } from './support/structure-law.ts';

const ROOT = join(import.meta.dirname, '..');

function project(): string[] {
  const sources = readSources(ROOT).filter(({ path }) => /^(backend|src)\//.test(path));
  expect(sources.length).toBeGreaterThan(20);
  return violations(sources);
}

/** A small tree with one fault in it, to prove that the law can be broken. */
function planted(files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'panelcast-law-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return violations(readSources(root));
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('the law of structure', () => {
  it('holds for the notifier and the plugin', () => {
    expect(project()).toEqual([]);
  });

  it('refuses an import to the right', () => {
    expect(planted({ 'backend/sql/a.ts': `import { b } from '../views/b.ts';`, 'backend/views/b.ts': '' })).toEqual([
      'backend/sql/a.ts imports backend/views/b.ts: sql stands left of views',
    ]);
  });

  it('refuses a re-export, a dynamic import and a type import to the right alike', () => {
    const right = { 'backend/gateway/b.ts': '' };
    for (const text of [
      `export * from '../gateway/b.ts';`,
      `await import('../gateway/b.ts');`,
      `import type { B } from '../gateway/b.ts';`,
    ]) {
      expect(planted({ ...right, 'backend/views/a.ts': text })).toHaveLength(1);
    }
  });

  it('refuses an import cycle within a room', () => {
    const files = {
      'backend/views/a.ts': `import './b.ts';`,
      'backend/views/b.ts': `import './c.ts';`,
      'backend/views/c.ts': `import './a.ts';`,
    };
    expect(planted(files)).toEqual([
      'import cycle: backend/views/a.ts → backend/views/b.ts → backend/views/c.ts → backend/views/a.ts',
    ]);
  });

  it.each(['Date.now()', 'setTimeout(run, 5)', 'Math.random()', `fetch('x')`, 'process.env', 'performance.now()'])(
    'refuses %s in a pure room',
    use => {
      expect(planted({ 'backend/sql/a.ts': `export const a = () => ${use};` })).toHaveLength(1);
    },
  );

  it('refuses a node module and a package in a pure room', () => {
    expect(planted({ 'backend/views/a.ts': `import { join } from 'node:path';` })).toEqual([
      'backend/views/a.ts imports node:path: views is pure',
    ]);
    expect(planted({ 'backend/streams/a.ts': `import { pino } from 'pino';` })).toHaveLength(1);
  });

  it('does not mistake a comment or a string for a use', () => {
    expect(
      planted({ 'backend/sql/a.ts': `/** never Date.now() */\nexport const a = 'Math.random()'; // setTimeout(` }),
    ).toEqual([]);
  });

  it('lets the plugin import the wire and the filter language, and nothing else of the notifier', () => {
    const backend = {
      'backend/protocol/a.ts': '',
      'backend/sql/a.ts': '',
      'backend/views/a.ts': '',
      'backend/lib/log.ts': '',
    };
    expect(
      planted({ ...backend, 'src/a.ts': `import '../backend/protocol/a.ts';\nimport '../backend/sql/a.ts';` }),
    ).toEqual([]);
    expect(planted({ ...backend, 'src/a.ts': `import '../backend/views/a.ts';` })).toHaveLength(1);
    expect(planted({ ...backend, 'src/a.ts': `import '../backend/lib/log.ts';` })).toHaveLength(1);
  });

  it('refuses a notifier that imports the plugin, and a room that has no place in the order', () => {
    expect(planted({ 'src/a.ts': '', 'backend/lib/a.ts': `import '../../src/a.ts';` })).toHaveLength(1);
    expect(planted({ 'backend/attic/a.ts': `import '../lib/b.ts';`, 'backend/lib/b.ts': '' })).toEqual([
      'backend/attic/a.ts is in no known room: give attic its place in the order',
    ]);
  });
});
