import {
  address,
  boolean,
  choice,
  duration,
  integer,
  type Option,
  secret,
  section,
  size,
  text,
  url,
} from './option.ts';

/**
 * Every option, once. The key is the name in panelcast.yaml; `PANELCAST_` + UPPER_SNAKE is its environment variable and
 * `--kebab-case` its flag; parsing, --help, the README's table and `panelcast check` all come from here.
 */
export const OPTIONS = {
  host: address({ default: '127.0.0.1', sentence: 'Address to listen on; any other than loopback needs a token.' }),
  port: integer({ default: 4100, min: 0, max: 65535, sentence: 'Port to listen on; 0 takes a free one.' }),
  dataDir: text({
    default: './data',
    sentence: 'Folder of the event store; created when missing, locked while in use.',
  }),
  token: secret({ default: undefined, sentence: 'Shared secret that callers send as a bearer token.' }),
  grafanaUrl: url({
    default: undefined,
    sentence: 'Grafana’s address as seen from here, to verify its signed user identity.',
  }),
  intervalMs: duration({
    default: 1000,
    min: 50,
    max: 3_600_000,
    sentence: 'How often changed views are sent, and the fastest that a panel may ask for.',
  }),
  throttle: choice({
    default: 'adaptive',
    of: ['adaptive', 'patent', 'off'],
    sentence: 'How the interval reacts to slow sweeps: stretch and recover, only stretch, or not at all.',
  }),
  lingerMs: duration({
    default: 30_000,
    min: 0,
    max: 3_600_000,
    sentence: 'How long a view that nobody watches is kept, so that a page reload costs nothing.',
  }),
  store: choice({
    default: 'durable',
    of: ['durable', 'fast', 'dump'],
    sentence:
      'What an acknowledged event survives: a power cut (durable), the end of the process (fast), an orderly stop (dump).',
  }),
  dumpIntervalMs: duration({
    default: 60_000,
    min: 1000,
    max: 86_400_000,
    sentence: 'Store mode dump: how often memory is written to file.',
  }),
  keepExpired: boolean({
    default: false,
    sentence: 'Leave an event as it is, instead of clearing it, when its expires_after seconds have passed.',
  }),
  deleteClearedMs: duration({
    default: 120_000,
    min: 0,
    max: 365 * 86_400_000,
    sentence: 'How long a cleared event stays before it is deleted; 0 keeps it for ever.',
  }),
  logBytes: size({
    default: 256 * 2 ** 20,
    min: 2 ** 20,
    max: 2 ** 40,
    sentence: 'How much of the change log is retained for viewers that come back, at most.',
  }),
  logAgeMs: duration({
    default: 3_600_000,
    min: 0,
    max: 30 * 86_400_000,
    sentence: 'How long the change log is retained, at most.',
  }),
  spoolBytes: size({
    default: 2 ** 30,
    min: 2 ** 16,
    max: 2 ** 42,
    sentence:
      'Disk space for each store-and-forward client that is away; beyond it the oldest is dropped and reported as a gap.',
  }),
  spoolAgeMs: duration({
    default: 7 * 86_400_000,
    min: 1000,
    max: 365 * 86_400_000,
    sentence: 'How long the output of an absent store-and-forward client is kept.',
  }),
  readers: integer({ default: 2, min: 1, max: 32, sentence: 'Child processes that answer users’ SELECTs.' }),
  sqlTimeoutMs: duration({
    default: 5000,
    min: 50,
    max: 600_000,
    sentence: 'Time bound of one user’s SELECT, or of one answer of `/api/query`.',
  }),
  sqlRows: integer({
    default: 100_000,
    min: 1,
    max: 10_000_000,
    sentence: 'Row bound of one user’s SELECT, or of one answer of `/api/query`.',
  }),
  viewers: integer({ default: 20_000, min: 1, max: 1_000_000, sentence: 'Connections at once; one more is refused.' }),
  bodyBytes: size({
    default: 16 * 2 ** 20,
    min: 2 ** 10,
    max: 2 ** 30,
    sentence: 'Largest request body; a stream of NDJSON may be longer, one line of it not.',
  }),
  demo: boolean({
    default: false,
    sentence: 'Run the demo probe: a simulated network that always has something to show.',
  }),
  demoRate: integer({ default: 20, min: 1, max: 100_000, sentence: 'Events per second that the demo probe sends.' }),
  logLevel: choice({
    default: 'info',
    of: ['debug', 'info', 'warn', 'error', 'silent'],
    sentence: 'What is logged to standard error; JSON unless it is a terminal.',
  }),
  columns: section({ sentence: 'More columns of the events table.' }),
  tables: section({ sentence: 'More tables, with columns, types and primary key.' }),
  filters: section({ sentence: 'Named filters: name to filter text.' }),
  views: section({ sentence: 'Named views: name to request, with `historyMs` for a past that is always kept.' }),
} as const satisfies Record<string, Option<unknown>>;

export type OptionName = keyof typeof OPTIONS;
export type Config = { readonly [K in OptionName]: (typeof OPTIONS)[K] extends Option<infer T> ? T : never } & {
  /** Where something in a section stands in the file: `views.urgent.columns[0]` → `panelcast.yaml:12`. */
  placeOf?(path: string): string | undefined;
};

export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];
export const SCALAR_NAMES = OPTION_NAMES.filter(name => !OPTIONS[name].section);

/** Read by the client commands (send, sql, tail) alone; not an error for `serve`. */
export const CLIENT_VARIABLES: readonly string[] = ['PANELCAST_URL', 'PANELCAST_CONFIG'];

export function variableOf(name: OptionName): string {
  return `PANELCAST_${name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`;
}

export function flagOf(name: OptionName): string {
  return `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}
