import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productionPackages } from './support/production-packages.ts';

const ROOT = join(import.meta.dirname, '..');
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(text('package.json')) as {
  license: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

describe('the package', () => {
  it('installs less than 40 MB for the notifier alone, and nothing of Grafana or React', () => {
    const packages = productionPackages(ROOT);
    expect(packages.map(({ path }) => path)).toContain('node_modules/fastify');
    expect(packages.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(40e6);
    expect(packages.filter(({ path }) => /@grafana|react|vite/.test(path))).toEqual([]);
  });

  it('pins every dependency to one version', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('can be run under its name: the file of its bin is there and says what runs it', () => {
    expect(text(manifest.bin.panelcast!)).toMatch(/^#!\/usr\/bin\/env -S node .*\n/);
  });

  it('is under the licence that it names', () => {
    expect(manifest.license).toBe('Apache-2.0');
    expect(text('LICENSE')).toContain('Apache License\n                           Version 2.0, January 2004');
    expect(text('LICENSE').length).toBeGreaterThan(11_000);
  });
});
