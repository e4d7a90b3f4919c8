import type { FastifyInstance } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { NotifierCalls } from '../notifier/calls.ts';
import { SELF_TABLES } from '../notifier/self-tables.ts';
import type { Field } from '../protocol/messages.ts';
import type { Value } from '../protocol/schema.ts';
import { decodeRequest } from './live/decode-request.ts';
import { Fields } from './live/fields.ts';
import { grantOf } from './roles.ts';

/** What one answer may cost: the same as a SELECT. */
export interface QueryBounds {
  readonly timeMs: number;
  readonly rowsMax: number;
}

interface Options {
  readonly calls: NotifierCalls;
  readonly clock: Clock;
  readonly bounds: QueryBounds;
}

/** One-shot answers, flushes and what editors complete from. */
export function queryRoutes(server: FastifyInstance, { bounds, calls, clock }: Options): void {
  server.post('/api/query', async request => {
    const { rowsMax, timeMs } = bounds;
    const { identity } = grantOf(request);
    const call = { request: decodeRequest(request.body), identity, bounds: { rowsMax, untilMs: clock.now() + timeMs } };
    const { asOf, fields, truncated, values } = await within(timeMs, calls.query(call), clock);
    const meta = truncated === undefined ? {} : { meta: { notices: [noticeOf(rowsMax)] } };
    const data = { values: values.map((column, index) => grafanaValues(fields[index]!, column)) };
    const frame = { schema: { fields: fields.map(grafanaField), ...meta }, data };
    return { frames: [frame], asOf, ...(truncated === undefined ? {} : { truncated }) };
  });
  server.post('/api/flush', async request => {
    const fields = Fields.of(request.body, 'body', ['minSeq', 'views']);
    const { views } = fields.optional<{ views?: readonly string[] }>({ views: name => fields.list(name, text) });
    return calls.flush({ minSeq: fields.whole('minSeq', 0), ...(views === undefined ? {} : { views }) });
  });
  server.get('/api/schema', async () => ({ tables: await calls.schema(), sources: SOURCES, functions: FUNCTIONS }));
}

/** The store reads on until it is done; whoever asked has an answer. */
async function within<T>(timeMs: number, answer: Promise<T>, clock: Clock): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = clock.after(timeMs, () =>
    late.reject(
      new PanelcastError('timeout', `the answer took longer than ${timeMs} ms; narrow it with a filter or a limit`),
    ),
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    timer.cancel();
  }
}

/** As Grafana shows it at the panel. */
function noticeOf(rowsMax: number) {
  const text = `These are ${rowsMax} rows, and there are more. Narrow the filter, or order and limit the rows.`;
  return { severity: 'warning', text } as const;
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new PanelcastError('bad-request', `${path} must be the name of a view`);
}

/** The tables of the sources beside the store: they answer requests, but no SQL. */
const SOURCES = { panelcast: SELF_TABLES.map(({ schema }) => schema) } as const;

/** What a filter may use beside columns and constants. */
const FUNCTIONS = [
  {
    name: 'now',
    signature: 'now()',
    description: 'The present time in milliseconds; combine it with durations, as in now() - 5m.',
  },
] as const;

/** Grafana's booleans are true and false; all else is as on the wire. */
function grafanaValues({ format }: Field, values: readonly Value[]): readonly (Value | boolean)[] {
  return format === 'boolean' ? values.map(value => (value === null ? null : value !== 0)) : values;
}

/** A column as Grafana's DataFrameJSON describes one. */
function grafanaField({ format, key, name, type, values }: Field) {
  const grafanaType =
    format === 'time-ms' ? 'time' : format === 'boolean' ? 'boolean' : type === 'text' ? 'string' : 'number';
  const custom = { ...(values === undefined ? {} : { values }), ...(key === undefined ? {} : { key }) };
  const config = {
    ...(format === 'seconds' ? { unit: 's' } : {}),
    ...(Object.keys(custom).length > 0 ? { custom } : {}),
  };
  return { name, type: grafanaType, ...(Object.keys(config).length > 0 ? { config } : {}) };
}
