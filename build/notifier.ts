/**
 * `npm run build:notifier [folder]`: the notifier as JavaScript in dist/notifier, for where it is installed as a package:
 * Node strips no types below node_modules.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const target = resolve(process.argv[2] ?? join(root, 'dist/notifier'));
/** What is started as a thread or a process is named by address, which the compiler leaves as it is. */
const ENTRY = /new URL\('(\.\/[\w-]+)\.ts', import\.meta\.url\)/g;

rmSync(target, { recursive: true, force: true });
const compiler = join(root, 'node_modules/.bin/tsc');
execFileSync(compiler, ['-p', join(root, 'tsconfig.notifier.json'), '--outDir', target], { stdio: 'inherit' });
for (const name of globSync('**/*.js', { cwd: target })) {
  const file = join(target, name);
  const text = readFileSync(file, 'utf8');
  const built = text.replaceAll(ENTRY, "new URL('$1.js', import.meta.url)");
  if (built !== text) writeFileSync(file, built);
}
cpSync(join(root, 'backend/gateway/console/page'), join(target, 'gateway/console/page'), { recursive: true });
process.stdout.write(`built ${target}\n`);
