import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NotifierProcess } from '../support/notifier-process.ts';
import { tempDir } from '../support/temp-dir.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

/** The commands that the overview lists, as it lists them. */
async function commandNames(): Promise<string[]> {
  const { stdout } = await NotifierProcess.run(['--help']);
  return [...stdout.matchAll(/^ {2}(\w+) +\S/gm)].map(match => match[1]!);
}

describe('the panelcast command', () => {
  it('tells what there is when it is told nothing', async () => {
    const [bare, help, word] = await Promise.all([
      NotifierProcess.run([]),
      NotifierProcess.run(['--help']),
      NotifierProcess.run(['help']),
    ]);
    expect(bare).toMatchObject({ code: 0, stderr: '' });
    expect(bare.stdout).toContain('Usage: panelcast <command> [options]');
    expect([help.stdout, word.stdout]).toEqual([bare.stdout, bare.stdout]);
  });

  it('explains each of its commands, starting with how to write it', async () => {
    const names = await commandNames();
    expect(names).toEqual(expect.arrayContaining(['serve', 'check', 'version']));
    const helps = await Promise.all(names.map(name => NotifierProcess.run([name, '--help'])));
    for (const [i, help] of helps.entries()) {
      expect(help, names[i]).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toMatch(new RegExp(`^Usage: panelcast ${names[i]}`));
    }
  });

  it('helps with one command, whichever way it is asked', async () => {
    const [word, flag] = await Promise.all([
      NotifierProcess.run(['help', 'send']),
      NotifierProcess.run(['send', '--help']),
    ]);
    expect(word).toEqual(flag);
  });

  it.skipIf(!existsSync('/dev/full')).each(['--help', 'version', 'check'])(
    'says in one line that nobody takes what it says: %s',
    name => {
      const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const;
      const main = join(import.meta.dirname, '../../backend/main.ts');
      const { status, stderr } = spawnSync(process.execPath, [main, name], { stdio: [...stdio], encoding: 'utf8' });
      expect(stderr).toMatch(/^panelcast: the output cannot be written: ENOSPC[^\n]*\n$/);
      expect(status).toBe(1);
    },
  );

  it('prints its version and that of Node', async () => {
    const ended = await NotifierProcess.run(['version']);
    expect(ended).toMatchObject({
      code: 0,
      stdout: `panelcast ${version} (node ${process.version.slice(1)})\n`,
      stderr: '',
    });
    expect((await NotifierProcess.run(['--version'])).stdout).toBe(ended.stdout);
    expect(await NotifierProcess.run(['version', '--foo'])).toMatchObject({
      code: 2,
      stderr: 'panelcast: version takes no arguments, not --foo\n',
    });
  });

  it('names the commands to one who asks for another', async () => {
    const ended = await NotifierProcess.run(['sevre']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^panelcast: unknown command sevre; did you mean serve\? there are .*\bserve\b.*\n$/);
  });

  it('does not take a property of every object for a command', async () => {
    expect(await NotifierProcess.run(['constructor'])).toMatchObject({ code: 2 });
  });

  it('uses no colours where there is no terminal', async () => {
    const { stdout } = await NotifierProcess.run(['serve', '--help'], { env: { FORCE_COLOR: '1' } });
    expect(stdout).not.toContain('\u001b[');
  });
});

describe('panelcast check', () => {
  it('says what would be started, and starts nothing', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'panelcast.yaml'), 'port: 4200\nstore: fast\ndataDir: somewhere\n');
    const ended = await NotifierProcess.run(['check'], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    for (const part of ['127.0.0.1:4200', 'store fast', 'somewhere']) expect(ended.stdout).toContain(part);
  });

  it('finds what serve would find, a line each, with exit code 2', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'panelcast.yaml'), 'prot: 1\n');
    for (const command of ['check', 'serve']) {
      expect(await NotifierProcess.run([command, '--viewers', 'many'], { cwd })).toMatchObject({
        code: 2,
        stdout: '',
        stderr:
          'panelcast: panelcast.yaml:1: unknown option prot; did you mean port?\n' +
          'panelcast: --viewers: viewers must be a whole number from 1 to 1000000, not "many"\n',
      });
    }
  });
});
