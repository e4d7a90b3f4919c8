import { execFileSync, spawn } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ApiClient } from '../../backend/cli/api-client.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROOT = join(import.meta.dirname, '../..');

/** As npm would leave it below node_modules, where Node strips no types. */
function install(): string {
  const folder = join(tempDir(), 'node_modules/panelcast');
  execFileSync(process.execPath, [join(ROOT, 'build/notifier.ts'), join(folder, 'dist/notifier')]);
  for (const name of ['package.json', 'bin', 'PROTOCOL.md'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'bin/panelcast.js');
}

it('runs as an installed package: threads, reader processes and the console’s files with it', {
  timeout: 60_000,
}, async () => {
  const bin = install();
  const version = execFileSync(process.execPath, [bin, 'version'], { encoding: 'utf8' });
  expect(version).toMatch(/^panelcast \d+\.\d+\.\d+ /);
  const args = [bin, 'serve', '--port', '0', '--data-dir', tempDir(), '--log-level', 'error'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.includes('ready: http')) break;
  }
  const origin = /ready: (http:\S+?)\/?\n/.exec(said)![1]!;
  const client = new ApiClient(origin);
  await client.events('[{"identifier":"a","severity":4}]', { idempotencyKey: 'a', partial: false });
  expect(await client.sql('SELECT identifier, severity FROM events')).toMatchObject({ rows: [['a', 4]] });
  expect((await fetch(origin)).headers.get('content-type')).toContain('text/html');
});
