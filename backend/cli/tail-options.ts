import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { nearest } from '../lib/nearest.ts';
import { METRIC_FNS, type MetricRequest, MODES, type Mode, type Request } from '../protocol/request.ts';
import type { CliIo } from './cli-io.ts';
import { CLIENT_OPTIONS, durationOf, parseCommandLine, usageError } from './command-line.ts';

export const TAIL_OPTIONS = {
  ...CLIENT_OPTIONS,
  source: { type: 'string' },
  table: { type: 'string' },
  view: { type: 'string' },
  columns: { type: 'string' },
  metrics: { type: 'string' },
  'group-by': { type: 'string' },
  mode: { type: 'string' },
  interval: { type: 'string' },
  client: { type: 'string' },
  output: { type: 'string' },
  state: { type: 'string' },
  format: { type: 'string' },
  'retry-for': { type: 'string' },
} as const;

export interface TailOptions {
  readonly request: Request;
  readonly mode: Mode;
  readonly client: string | undefined;
  readonly format: 'text' | 'json';
  readonly outputFile: string | undefined;
  readonly stateFile: string | undefined;
  /** How long the notifier may be away. */
  readonly retryMs: number;
  readonly help: boolean;
  readonly url: string | undefined;
  readonly token: string | undefined;
}

export function readTailOptions(args: readonly string[], io: CliIo): TailOptions {
  const { positionals, values } = parseCommandLine(args, TAIL_OPTIONS);
  const mode = choice('--mode', values.mode ?? 'net', MODES);
  const { client, output: outputFile } = values;
  const terminal = io.isTerminal.stdout && outputFile === undefined;
  const format = choice('--format', values.format ?? (terminal ? 'text' : 'json'), ['text', 'json'] as const);
  const intervalMs = durationOf('--interval', values.interval);
  const request: Request = {
    ...optional('source', values.source),
    ...optional('table', values.table),
    ...optional('view', values.view),
    ...optional('filter', positionals.length === 0 ? undefined : positionals.join(' ')),
    ...optional(
      'columns',
      values.columns?.split(',').map(name => name.trim()),
    ),
    ...optional('metrics', values.metrics === undefined ? undefined : readMetrics(values.metrics)),
    ...optional(
      'groupBy',
      values['group-by']?.split(',').map(name => name.trim()),
    ),
    ...optional('intervalMs', intervalMs),
    mode,
  };
  const tellsChanges = mode === 'all' || mode === 'saf';
  if (mode === 'saf' && client === undefined)
    throw usageError('--mode saf needs --client <name>: the durable name that the stream belongs to');
  if (outputFile !== undefined && tellsChanges && format === 'text')
    throw usageError('--output in this mode needs --format json: its lines say where to go on from');
  const stateFile = values.state ?? (mode === 'saf' ? defaultStateFile(io, client!, request) : undefined);
  return {
    request,
    mode,
    client,
    format,
    outputFile,
    stateFile: tellsChanges && outputFile === undefined ? stateFile : undefined,
    retryMs: durationOf('--retry-for', values['retry-for']) ?? Number.POSITIVE_INFINITY,
    help: values.help === true,
    url: values.url,
    token: values.token,
  };
}

/** One for each client and request, as the notifier has one stream for each. */
function defaultStateFile({ env }: CliIo, client: string, request: Request): string {
  const state = env.XDG_STATE_HOME || join(env.HOME ?? homedir(), '.local', 'state');
  const hash = createHash('sha256')
    .update(JSON.stringify([env.PANELCAST_URL, client, request]))
    .digest('hex');
  return join(state, 'panelcast', `tail-${client.replace(/[^\w.-]+/g, '_').slice(0, 64)}-${hash.slice(0, 12)}.json`);
}

/** `count, max(severity) as worst` */
function readMetrics(text: string): MetricRequest[] {
  return text.split(/,(?![^(]*\))/).map(part => {
    const match = /^\s*(\w+)(?:\(\s*([^)]*?)\s*\))?(?:\s+as\s+(\w+))?\s*$/i.exec(part);
    if (match === null)
      throw usageError(`--metrics is a list such as "count, max(severity) as worst"; cannot read "${part.trim()}"`);
    const [, name, column, as] = match;
    const fn = choice('--metrics', name!.toLowerCase(), METRIC_FNS);
    return { fn, ...(column ? { column } : {}), ...(as === undefined ? {} : { as }) };
  });
}

function choice<T extends string>(option: string, given: string, choices: readonly T[]): T {
  const found = choices.find(known => known === given);
  if (found !== undefined) return found;
  const meant = nearest(given, choices);
  throw usageError(
    `${option} is one of ${choices.join(', ')}, not "${given}"${meant ? `; did you mean ${meant}?` : ''}`,
  );
}

function optional<K extends keyof Request>(name: K, value: Request[K] | undefined): Partial<Request> {
  return value === undefined ? {} : { [name]: value };
}
