import type { FastifyInstance } from 'fastify';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { NotifierCalls } from '../notifier/calls.ts';
import { SELF_TABLES } from '../notifier/self-tables.ts';
import type { Field } from '../protocol/messages.ts';
import { decodeRequest } from './live/decode-request.ts';
import { Fields } from './live/fields.ts';
import { grantOf } from './roles.ts';

/** One-shot answers, flushes and what editors complete from. */
export function queryRoutes(server: FastifyInstance, calls: NotifierCalls): void {
  server.post('/api/query', async request => {
    const { asOf, fields, values } = await calls.query({
      request: decodeRequest(request.body),
      identity: grantOf(request).identity,
    });
    return { frames: [{ schema: { fields: fields.map(grafanaField) }, data: { values } }], asOf };
  });
  server.post('/api/flush', async request => {
    const fields = Fields.of(request.body, 'body', ['minSeq', 'views']);
    const { views } = fields.optional<{ views?: readonly string[] }>({ views: name => fields.list(name, text) });
    return calls.flush({ minSeq: fields.whole('minSeq', 0), ...(views === undefined ? {} : { views }) });
  });
  server.get('/api/schema', async () => ({ tables: await calls.schema(), sources: SOURCES, functions: FUNCTIONS }));
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
