import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { ApiClient, type SelectAnswer } from '../../../backend/cli/api-client.ts';
import { NotifierProcess } from '../../support/notifier-process.ts';
import { tempDir } from '../../support/temp-dir.ts';

const SERVE = ['--log-level', 'error'];

async function serve(dataDir: string) {
  const notifier = await NotifierProcess.serve(dataDir, SERVE);
  const client = new ApiClient(notifier.origin);
  return {
    notifier,
    send: (identifier: string) =>
      client.events(JSON.stringify({ identifier }), { idempotencyKey: identifier, partial: false }),
    identifiers: async () =>
      ((await client.sql('SELECT identifier FROM events ORDER BY serial')) as SelectAnswer).rows.flat(),
    epoch: async () =>
      Number(/^panelcast_epoch (\d+)$/m.exec(await (await fetch(`${notifier.origin}/metrics`)).text())?.[1]),
    async stop() {
      notifier.child.kill('SIGTERM');
      await notifier.ended;
    },
  };
}

describe('panelcast backup and restore', { timeout: 60_000 }, () => {
  it('bring back the events of then, in a new epoch each time, and keep the former database', async () => {
    const dataDir = tempDir();
    const file = join(tempDir(), 'events.backup');
    const first = await serve(dataDir);
    await first.send('then');
    const backup = await NotifierProcess.run(['backup', file, '--data-dir', dataDir]);
    expect(backup).toMatchObject({ code: 0, stderr: '' });
    expect(backup.stdout).toMatch(new RegExp(`^${file}: [\\d.]+ ?[KM]iB from ${dataDir}\n$`));
    await first.send('later');
    const busy = await NotifierProcess.run(['restore', file, '--data-dir', dataDir, '--force']);
    expect(busy).toMatchObject({ code: 2, stdout: '' });
    expect(busy.stderr).toContain(`in use by the notifier with pid ${first.notifier.child.pid}`);
    await first.stop();

    const refused = await NotifierProcess.run(['restore', file, '--data-dir', dataDir]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('--force');
    for (const epoch of [2, 3]) {
      const { code, stdout } = await NotifierProcess.run(['restore', file, '--data-dir', dataDir, '--force']);
      expect(code).toBe(0);
      expect(existsSync(/former database is (\S+)/.exec(stdout)![1]!)).toBe(true);
      const restored = await serve(dataDir);
      expect(await restored.identifiers()).toEqual(['then']);
      expect(await restored.epoch()).toBe(epoch);
      await restored.stop();
    }
  });

  it('make the data directory where there is none', async () => {
    const dataDir = tempDir();
    const file = join(tempDir(), 'events.backup');
    const first = await serve(dataDir);
    await first.send('then');
    await NotifierProcess.run(['backup', file], { env: { PANELCAST_DATA_DIR: dataDir } });
    const fresh = join(tempDir(), 'new/data');
    expect(await NotifierProcess.run(['restore', file, '--data-dir', fresh])).toMatchObject({ code: 0, stderr: '' });
    expect(await (await serve(fresh)).identifiers()).toEqual(['then']);
  });

  it('say what is missing or wrong', async () => {
    const empty = tempDir();
    const text = join(tempDir(), 'text');
    writeFileSync(text, 'no database'.repeat(1000));
    mkdirSync(join(empty, 'data'));
    const run = (...args: string[]) => NotifierProcess.run(args, { cwd: empty });
    expect(await run('backup', 'x')).toMatchObject({
      code: 1,
      stderr: 'panelcast: there is no panelcast.db in ./data; name the data directory with --data-dir\n',
    });
    expect(await run('backup')).toMatchObject({ code: 2, stderr: 'panelcast: name one file, such as events.backup\n' });
    expect(await run('restore', 'nowhere')).toMatchObject({
      code: 1,
      stderr: 'panelcast: there is no backup file nowhere\n',
    });
    expect(await run('restore', text)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `panelcast: ${text} is no backup that can be read here: file is not a database\n`,
    });
    new DatabaseSync(join(empty, 'data/panelcast.db')).exec('CREATE TABLE t (x)');
    expect(await run('backup', 'no/folder/x')).toMatchObject({
      code: 1,
      stderr: 'panelcast: there is no folder no/folder for the backup\n',
    });
    expect(await run('backup', 'a', 'b')).toMatchObject({ code: 2 });
    expect(await run('backup', 'a', '--force')).toMatchObject({ code: 2 });
  });
});
