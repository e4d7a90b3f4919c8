import { type CliIo, cliIoOf, OutputClosed, OutputFailed, write } from './cli/cli-io.ts';
import { optionsHelp } from './config/describe-options.ts';
import { readConfig } from './config/read-config.ts';
import { nearest } from './lib/nearest.ts';
import { PanelcastError } from './lib/panelcast-error.ts';
import { VERSION } from './version.ts';

interface Command {
  readonly sentence: string;
  /** Absent where the command itself answers --help. */
  readonly help?: string;
  run(args: readonly string[]): Promise<number>;
}

const SERVE_HELP = `Usage: panelcast serve [options]

Runs the notifier until SIGTERM or SIGINT. A panelcast.yaml in this folder gives way to PANELCAST_* variables, and these
to flags. Columns, tables, named filters and named views are in the file alone.

  --config <file> (panelcast.yaml)
${optionsHelp()}

Exit code 0 after a stop in order, 1 when it was cut short or something broke, 2 for a mistake in what was configured.`;

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    sentence: 'run the notifier',
    help: SERVE_HELP,
    run: runServe,
  },
  check: {
    sentence: 'read the configuration and say what is wrong with it',
    help: 'Usage: panelcast check [options of serve]\n\nReads file, environment and flags as serve would, and starts nothing. Exit code 2 on a mistake.',
    run: runCheck,
  },
  sql: client('run SQL on the events', async () => (await import('./cli/sql-command.ts')).sqlCommand),
  send: client(
    'send events from a file or standard input',
    async () => (await import('./cli/send-command.ts')).sendCommand,
  ),
  tail: client(
    'follow a stream of rows, changes or metrics',
    async () => (await import('./cli/tail-command.ts')).tailCommand,
  ),
  backup: client(
    'copy the store to a file, while it runs',
    async () => (await import('./cli/backup-command.ts')).backupCommand,
  ),
  restore: client('make a backup the store', async () => (await import('./cli/backup-command.ts')).restoreCommand),
  version: {
    sentence: 'print the version',
    help: 'Usage: panelcast version',
    async run(args) {
      if (args.length > 0) throw new PanelcastError('bad-config', `version takes no arguments, not ${args.join(' ')}`);
      return say(`panelcast ${VERSION} (node ${process.version.slice(1)})`);
    },
  },
};

/** A command of the cli room, which is loaded when it is asked for: `serve` starts without any of them. */
function client(
  sentence: string,
  load: () => Promise<(args: readonly string[], io: CliIo) => Promise<number>>,
): Command {
  return {
    sentence,
    async run(args) {
      const command = await load();
      return command(args, cliIoOf(process));
    },
  };
}

/** The whole command line; the result is the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await runNamed(args);
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    if (error instanceof OutputFailed) return complain(error.message, 1);
    if (error instanceof PanelcastError) return complain(error.message, error.code === 'bad-config' ? 2 : 1);
    throw error;
  }
}

async function runNamed([name, ...args]: readonly string[]): Promise<number> {
  if (name === 'help' && args[0] !== undefined) return runNamed([args[0], '--help']);
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return say(overview());
  if (name === '--version' || name === '-v') return COMMANDS.version!.run([]);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return complain(unknownCommand(name), 2);
  if (command.help !== undefined && (args.includes('--help') || args.includes('-h'))) return say(command.help);
  return command.run(args);
}

function unknownCommand(name: string): string {
  const names = Object.keys(COMMANDS);
  const meant = nearest(name, names);
  return `unknown command ${name}; ${meant === undefined ? '' : `did you mean ${meant}? `}there are ${names.join(', ')}`;
}

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { sentence }]) => `  ${name.padEnd(8)} ${sentence}`);
  return `Panelcast: identical panel queries become shared live streams.\n\nUsage: panelcast <command> [options]\n\n${lines.join('\n')}\n\npanelcast <command> --help tells more.`;
}

async function say(message: string): Promise<number> {
  await write(process.stdout, `${message}\n`);
  return 0;
}

/** One line a mistake, on standard error; where that cannot be written, the exit code says it alone. */
async function complain(message: string, code: number): Promise<number> {
  await write(process.stderr, message.replace(/^/gm, 'panelcast: ').concat('\n')).catch(() => undefined);
  return code;
}

async function runCheck(args: readonly string[]): Promise<number> {
  const config = readConfig({ args, env: process.env, cwd: process.cwd() });
  const { readSections } = await import('./config/read-sections.ts');
  readSections(config);
  return say(
    `configuration is good: would listen on ${config.host}:${config.port}, store ${config.store} in ${config.dataDir}`,
  );
}

/** Without its store the process has nothing to serve; whoever watches it starts it again. */
function fall(error: Error): never {
  process.stderr.write(`panelcast: the store thread fell: ${error.stack ?? error.message}\n`);
  process.exit(1);
}

async function runServe(args: readonly string[]): Promise<number> {
  const config = readConfig({ args, env: process.env, cwd: process.cwd() });
  const signalled = firstSignal(); // from here on: one that comes while it starts ends it in order too
  const { serve } = await import('./serve.ts');
  const running = await serve(config, process.stderr.isTTY === true, fall);
  const { origin, summary } = running;
  const ready = `Panelcast ${VERSION} is ready: ${origin}/\n${summary}\nThe dashboards, without a Grafana: ${origin}/preview/`;
  await say(ready).catch(error => running.log.warn({ err: error }, 'the address cannot be said on standard output'));
  const signal = await signalled;
  running.log.info({ signal }, 'stopping');
  await running.stop();
  return 0;
}

/** A signal that comes twice within this time came once: `timeout` and terminals send it to the group and the process. */
const ONE_SIGNAL_MS = 200;

/** A second signal ends the process at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    let firstMs: number | undefined;
    const take = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      if (firstMs !== undefined && now - firstMs > ONE_SIGNAL_MS) process.exit(1);
      firstMs ??= now;
      resolve(signal);
    };
    process.on('SIGTERM', take);
    process.on('SIGINT', take);
  });
}
