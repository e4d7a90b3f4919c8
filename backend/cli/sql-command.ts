import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ApiClient } from './api-client.ts';
import { type CliIo, write } from './cli-io.ts';
import {
  CLIENT_HELP,
  CLIENT_OPTIONS,
  clientOf,
  EXIT,
  parseCommandLine,
  runCommand,
  usageError,
} from './command-line.ts';
import { FORMATS, type Format, resultText } from './result-text.ts';
import { sqlFault } from './sql-fault.ts';
import { historyFile, SqlHistory } from './sql-history.ts';
import { SqlPrompt } from './sql-prompt.ts';
import { isBlank, splitStatements } from './sql-statements.ts';

export const SQL_HELP = `Usage: panelcast sql [options] ["SELECT …"]

Runs SQL on the notifier's events and prints the answer: a table on a terminal, CSV in a pipe. Statements, with a semicolon
between them, come from the arguments (which are one text), from standard input, or from a prompt when that is a terminal.

  --format <format> ${FORMATS.join(', ')} (table on a terminal, csv in a pipe)
  --params <json>   values for ? as a list, or for :name as an object
${CLIENT_HELP}

Exit code 0 when every statement was run, 1 when one was refused, 2 for a mistake in the arguments.
`;

const OPTIONS = { ...CLIENT_OPTIONS, format: { type: 'string' }, params: { type: 'string' } } as const;

/** Statements from a pipe are held whole; more than this is a wrong file. */
const SCRIPT_CHARS_MAX = 10_000_000;

export async function sqlCommand(args: readonly string[], io: CliIo): Promise<number> {
  return runCommand(io, async () => {
    const { values, positionals } = parseCommandLine(args, OPTIONS);
    if (values.help) {
      await write(io.stdout, SQL_HELP);
      return EXIT.done;
    }
    const client = clientOf(values, io);
    const format = formatOf(values.format, io);
    const params = paramsOf(values.params);
    if (positionals.length === 0 && io.isTerminal.stdin && io.isTerminal.stdout) {
      await new SqlPrompt(client, io, new SqlHistory(historyFile(io.env))).run();
      return EXIT.done;
    }
    const text = positionals.length > 0 ? positionals.join(' ') : await readScript(io);
    const { statements, rest } = splitStatements(text);
    for (const sql of isBlank(rest) ? statements : [...statements, rest.trim()]) {
      if (!(await execute(client, io, { sql, params, format }))) return EXIT.failed;
    }
    return EXIT.done;
  });
}

interface Execution {
  readonly sql: string;
  readonly params: unknown;
  readonly format: Format;
}

async function execute(client: ApiClient, io: CliIo, { sql, params, format }: Execution): Promise<boolean> {
  try {
    const answer = await client.sql(sql, params);
    await write(io.stdout, resultText(answer, format, io.columns()));
    if ('truncated' in answer)
      await write(io.stderr, 'panelcast: the answer was cut off at its limit; there are more rows\n');
    return true;
  } catch (error) {
    if (!(error instanceof PanelcastError)) throw error;
    await write(io.stderr, sqlFault(error, sql, io.columns()));
    return false;
  }
}

function formatOf(given: string | undefined, io: CliIo): Format {
  if (given === undefined) return io.isTerminal.stdout ? 'table' : 'csv';
  const format = FORMATS.find(known => known === given);
  if (!format) throw usageError(`--format is one of ${FORMATS.join(', ')}, not "${given}"`);
  return format;
}

function paramsOf(given: string | undefined): unknown {
  if (given === undefined) return undefined;
  const params = parseParams(given);
  if (typeof params === 'object' && params !== null) return params;
  throw usageError(`--params must be JSON such as '["lon", 5]' or '{"site": "lon"}', not ${given}`);
}

function parseParams(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    // Told as any other that is no list and no object.
    return undefined;
  }
}

async function readScript(io: CliIo): Promise<string> {
  let text = '';
  for await (const chunk of io.stdin.setEncoding('utf8')) {
    text += chunk;
    if (text.length > SCRIPT_CHARS_MAX) throw usageError('the statements on standard input are over 10 MB');
  }
  if (isBlank(text)) throw usageError('there is no statement: give one as an argument or on standard input');
  return text;
}
