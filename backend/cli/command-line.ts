import { readFileSync } from 'node:fs';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { parseDuration } from '../lib/quantity.ts';
import { ApiClient } from './api-client.ts';
import { type CliIo, OutputClosed, OutputFailed, write } from './cli-io.ts';

/** Options that every command which speaks to a notifier has. */
export const CLIENT_OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

export const CLIENT_HELP = `  --url <url>       the notifier (PANELCAST_URL, http://127.0.0.1:4100)
  --token <token>   shared secret (PANELCAST_TOKEN, or the file that PANELCAST_TOKEN_FILE names)
  --help`;

export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

export function parseCommandLine<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    const unknown = unknownOptions(args, options);
    if (unknown.length > 0) throw usageError(unknown.join('\n'));
    throw usageError(cause instanceof Error ? cause.message.split('. ')[0]! : String(cause));
  }
}

/** All of them, a line each: parseArgs itself stops at the first, and has no idea what was meant. */
function unknownOptions(args: readonly string[], options: ParseArgsOptionsConfig): string[] {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  return tokens.flatMap(token => {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) return [];
    const meant = nearest(token.name, Object.keys(options));
    return [`unknown option ${token.rawName}${meant === undefined ? '' : `; did you mean --${meant}?`}`];
  });
}

export function usageError(message: string): PanelcastError {
  return new PanelcastError('bad-config', message);
}

/** Milliseconds. Without its unit `5` would be five of them, which nobody means. */
export function durationOf(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const ms = parseDuration(given);
  if (ms === undefined || (ms > 0 && /^\d+$/.test(given)))
    throw usageError(`${option} is a time such as 500ms, 5s or 1m, not "${given}"`);
  return ms;
}

export function clientOf(values: { url?: string | undefined; token?: string | undefined }, io: CliIo): ApiClient {
  const url = values.url ?? io.env.PANELCAST_URL ?? `http://127.0.0.1:${io.env.PANELCAST_PORT ?? 4100}`;
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw usageError(`--url must be an http address, not "${url}"`);
  return new ApiClient(url, values.token ?? io.env.PANELCAST_TOKEN ?? tokenOfFile(io.env.PANELCAST_TOKEN_FILE));
}

/** As for the notifier, so that the environment of its container serves its commands too. */
function tokenOfFile(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw usageError(`PANELCAST_TOKEN_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** The one place where a command's failure becomes a line and an exit code. */
export async function runCommand(io: CliIo, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT.done;
    if (!(error instanceof PanelcastError || error instanceof OutputFailed)) throw error;
    await write(io.stderr, error.message.replace(/^/gm, 'panelcast: ').concat('\n'));
    return error instanceof PanelcastError && error.code === 'bad-config' ? EXIT.usage : EXIT.failed;
  }
}
