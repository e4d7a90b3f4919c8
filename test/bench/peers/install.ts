import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCK = join(import.meta.dirname, 'package-lock.json');
const STAMP = join(import.meta.dirname, 'node_modules/.installed');

/** The peers of the lock file, when they are not there yet: a download that only benchmarks need. */
export function installPeers(): void {
  const lock = readFileSync(LOCK, 'utf8');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  process.stderr.write('installing what is compared with …\n');
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', import.meta.dirname], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (npm.status !== 0) throw new Error('the peers could not be installed; see test/bench/peers/package.json');
  writeFileSync(STAMP, lock);
}
