import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { ApiClient } from './api-client.ts';
import { type CliIo, OutputClosed, write } from './cli-io.ts';

/** Options that every command which speaks to a notifier has. */
export const CLIENT_OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

export const CLIENT_HELP = `  --url <url>       the notifier (PANELCAST_URL, http://127.0.0.1:4100)
  --token <token>   shared secret (PANELCAST_TOKEN)
  --help`;

export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

export function parseCommandLine<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw usageError(cause instanceof Error ? cause.message.split('. ')[0]! : String(cause));
  }
}

export function usageError(message: string): PanelcastError {
  return new PanelcastError('bad-config', message);
}

export function clientOf(values: { url?: string | undefined; token?: string | undefined }, io: CliIo): ApiClient {
  const url = values.url ?? io.env.PANELCAST_URL ?? `http://127.0.0.1:${io.env.PANELCAST_PORT ?? 4100}`;
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw usageError(`--url must be an http address, not "${url}"`);
  return new ApiClient(url, values.token ?? io.env.PANELCAST_TOKEN);
}

/** The one place where a command's failure becomes a line and an exit code. */
export async function runCommand(io: CliIo, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT.done;
    if (!(error instanceof PanelcastError)) throw error;
    await write(io.stderr, `panelcast: ${error.message}\n`);
    return error.code === 'bad-config' ? EXIT.usage : EXIT.failed;
  }
}
