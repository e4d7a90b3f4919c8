import { execFile } from 'node:child_process';
import { globSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');
const LOCK = join(ROOT, 'dist/.building');
/** A build takes some ten seconds; a lock of this age was left by one that was killed. */
const LOCK_MS = 120_000;

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
  if (!PRODUCTS.some(isStale)) return [];
  await lock();
  try {
    // Another process may have built meanwhile.
    const stale = PRODUCTS.filter(isStale);
    for (const { config } of stale) await build(config);
    return stale.map(product => product.output);
  } finally {
    rmdirSync(LOCK);
  }
}

/** In a process of its own: whoever calls, also a test runner, gets what a release would have. */
async function build(config: string): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const env = { ...process.env, NODE_ENV: 'production' };
  const args = [vite, 'build', '--config', config, '--logLevel', 'warn'];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
}

/** Waits while another process builds. */
async function lock(): Promise<void> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  for (;;) {
    try {
      return mkdirSync(LOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const { mtimeMs } = statSync(LOCK, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
      if (Date.now() - mtimeMs > LOCK_MS) rmdirSync(LOCK);
      else await sleep(100);
    }
  }
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
