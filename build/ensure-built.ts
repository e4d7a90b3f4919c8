import { globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

interface Product {
  readonly config: string;
  /** Written last by the build; its age is that of the product. */
  readonly output: string;
  readonly inputs: readonly string[];
}

const SHARED = ['package.json', 'build/*.ts', 'backend/protocol/*.ts', 'backend/sql/*.ts'];
const PRODUCTS: readonly Product[] = [
  {
    config: 'build/plugin.config.ts',
    output: 'dist/plugin.json',
    inputs: [...SHARED, 'src/**/*', 'CHANGELOG.md', 'LICENSE'],
  },
  {
    config: 'build/preview.config.ts',
    output: 'dist/preview/index.html',
    inputs: [...SHARED, 'preview/**/*', 'provisioning/dashboards/*.json'],
  },
];

/** Builds the plugin and the preview where they are missing or older than what they are made of; tells what it built. */
export async function ensureBuilt(): Promise<readonly string[]> {
  const stale = PRODUCTS.filter(isStale);
  if (stale.length === 0) return [];
  const { build } = await import('vite');
  for (const { config } of stale) await build({ configFile: join(ROOT, config), logLevel: 'warn' });
  return stale.map(product => product.output);
}

function isStale({ output, inputs }: Product): boolean {
  const builtMs = changedMs(output);
  return globSync([...inputs], { cwd: ROOT }).some(file => changedMs(file) > builtMs);
}

/** 0 for what is not there. */
function changedMs(file: string): number {
  return statSync(join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (import.meta.main) {
  const built = await ensureBuilt();
  for (const output of built) process.stdout.write(`built ${output}\n`);
}
