/**
 * What `npm test` runs: type check, lint and every test, then one plain line. Each check counts as one test, so that
 * the line tells the truth about all of them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../build/ensure-built.ts';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  'type check of the notifier and the tests': ['tsc', '-p', 'tsconfig.json'],
  'type check of the plugin': ['tsc', '-p', 'tsconfig.plugin.json'],
  lint: ['biome', 'ci', '--error-on-warnings', '.'],
};

function succeeds(command: readonly string[]): boolean {
  return spawnSync(command[0]!, command.slice(1), { stdio: 'inherit' }).status === 0;
}

function runTests(args: readonly string[]): Tally {
  const folder = mkdtempSync(join(tmpdir(), 'panelcast-test-'));
  const report = join(folder, 'report.json');
  try {
    const clean = succeeds([
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${report}`,
      ...args,
    ]);
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
    // A run that fails beside its tests (a file that cannot be read, an unhandled error) is a failure too.
    return { passed: numPassedTests, failed: numFailedTests || (clean ? 0 : 1), skipped: numPendingTests };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await ensureBuilt();
const total: Tally = { passed: 0, failed: 0, skipped: 0 };
for (const [name, command] of Object.entries(CHECKS)) {
  process.stdout.write(`${name}\n`);
  if (succeeds(command)) total.passed++;
  else total.failed++;
}
const tests = runTests(process.argv.slice(2));
total.passed += tests.passed;
total.failed += tests.failed;
total.skipped += tests.skipped;
const mayNotSkip = process.env.CI === 'true' && total.skipped > 0;
if (mayNotSkip) process.stdout.write(`${total.skipped} tests were skipped, which is not allowed here\n`);
process.stdout.write(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`,
);
process.exitCode = total.failed > 0 || total.passed === 0 || mayNotSkip ? 1 : 0;
