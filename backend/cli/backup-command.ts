import { existsSync, statSync } from 'node:fs';
import { readConfig } from '../config/read-config.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { formatSize } from '../lib/quantity.ts';
import { backupFile, restore } from '../object-server/backup.ts';
import { DATABASE_NAME, databaseOf } from '../object-server/data-directory.ts';
import { type CliIo, write } from './cli-io.ts';
import { EXIT, parseCommandLine, runCommand, usageError } from './command-line.ts';

export const BACKUP_HELP = `Usage: panelcast backup [options] <file>

Copies the events, the change log and everything else that the object server keeps to one file, as they are now. A
notifier may run on the data directory meanwhile, and is not held up. The file takes its place when it is whole and on
the disk, so that an older backup of the same name is there until then.

In store mode dump the copy is of the last dump. What store-and-forward clients have not confirmed is not part of it.

  --data-dir <dir>  the data directory (PANELCAST_DATA_DIR, ./data)
  --config <file>   another configuration file than panelcast.yaml
  --help

Exit code 0 when the backup is there, 1 when it could not be made, 2 for a mistake in the arguments.
`;

export const RESTORE_HELP = `Usage: panelcast restore [options] <file>

Makes a backup the database of a data directory, on which no notifier may run. The file is checked first.

A new epoch begins: viewers that come back start from a snapshot, and store-and-forward clients go on from the last
change that their history and the backup's have in common.

  --data-dir <dir>  the data directory (PANELCAST_DATA_DIR, ./data); made when it is not there
  --config <file>   another configuration file than panelcast.yaml
  --force           also where there is a database already; it is kept beside the new one, under a name that is told
  --help

Exit code 0 when the backup is in place, 1 when it could not be restored, 2 for a mistake in the arguments.
`;

const OPTIONS = {
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  force: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function backupCommand(args: readonly string[], io: CliIo): Promise<number> {
  return runCommand(io, async () => {
    const asked = readArguments(args, io);
    if (asked === undefined) return help(io, BACKUP_HELP);
    if (asked.force) throw usageError('--force is for restore; a backup replaces one of the same name anyway');
    const source = databaseOf(asked.dataDir);
    if (!existsSync(source))
      throw new PanelcastError(
        'not-found',
        `there is no ${DATABASE_NAME} in ${asked.dataDir}; name the data directory with --data-dir`,
      );
    await backupFile(source, asked.file, ({ remainingPages, totalPages }) => {
      if (io.isTerminal.stderr && totalPages > 0)
        io.stderr.write(`\r\x1b[K${Math.floor((100 * (totalPages - remainingPages)) / totalPages)} %`);
    });
    if (io.isTerminal.stderr) io.stderr.write('\r\x1b[K');
    await write(io.stdout, `${asked.file}: ${formatBytes(statSync(asked.file).size)} from ${asked.dataDir}\n`);
    return EXIT.done;
  });
}

export async function restoreCommand(args: readonly string[], io: CliIo): Promise<number> {
  return runCommand(io, async () => {
    const asked = readArguments(args, io);
    if (asked === undefined) return help(io, RESTORE_HELP);
    const { dataDir, file, force } = asked;
    const { former } = await restore(file, dataDir, { force, now: Date.now() });
    const kept = former === undefined ? '' : `; the former database is ${former}`;
    await write(io.stdout, `${file} is the database of ${dataDir} now${kept}\n`);
    return EXIT.done;
  });
}

/** Undefined when help is all that is asked for. */
function readArguments(args: readonly string[], { env }: CliIo) {
  const { positionals, values } = parseCommandLine(args, OPTIONS);
  if (values.help) return undefined;
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw usageError(`name one file${more.length > 0 ? `, not ${positionals.join(' ')}` : ', such as events.backup'}`);
  const configArgs = (['data-dir', 'config'] as const).flatMap(name =>
    values[name] === undefined ? [] : [`--${name}`, values[name]],
  );
  const { dataDir } = readConfig({ args: configArgs, env, cwd: process.cwd() });
  return { file, dataDir, force: values.force === true };
}

async function help(io: CliIo, text: string): Promise<number> {
  await write(io.stdout, text);
  return EXIT.done;
}

function formatBytes(bytes: number): string {
  return bytes < 2 ** 20 ? formatSize(bytes) : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
