import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../build/ensure-built.ts';
import { EXTERNALS } from '../../build/externals.ts';
import type { PluginManifest } from '../../build/plugin-manifest.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const GZIP_BYTES_MAX = 120_000;
/** What Grafana's plugin validator refuses to find. */
const FORBIDDEN = ['/api/ds/query', 'grafanaBootData', 'console.log', 'alert(', 'confirm(', '__SECRET_INTERNALS'];

describe('the built plugin', () => {
  let code = '';
  let manifest: PluginManifest;

  beforeAll(async () => {
    await ensureBuilt();
    code = read('dist/module.js');
    manifest = JSON.parse(read('dist/plugin.json')) as PluginManifest;
  }, 120_000);

  it('is one AMD module that takes from Grafana only what Grafana shares', () => {
    let taken: readonly string[] = [];
    const define = (names: readonly string[]) => {
      taken = names;
    };
    Object.assign(define, { amd: {} });
    new Function('define', 'exports', 'module', code)(define, undefined, undefined);
    expect(taken[0]).toBe('exports');
    expect(taken).toContain('@grafana/data');
    for (const name of taken.slice(1)) expect(EXTERNALS).toContain(name);
  });

  it('stays within its weight', () => {
    expect(gzipSync(code).length).toBeLessThan(GZIP_BYTES_MAX);
  });

  it('has nothing in it that the catalogue refuses', () => {
    for (const text of FORBIDDEN) expect(code.includes(text), text).toBe(false);
  });

  it('says the version of the package and the day of the build', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(manifest.info.version).toBe(version);
    expect(manifest.info.updated).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(manifest.id).toMatch(/^[0-9a-z]+-([0-9a-z]+-)?datasource$/);
  });

  it('brings its texts and its logo', () => {
    for (const path of ['README.md', 'CHANGELOG.md', 'LICENSE', 'img/logo.svg'])
      expect(read(`dist/${path}`).length, path).toBeGreaterThan(100);
  });
});
