import type { FastifyInstance } from 'fastify';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { NotifierCalls } from '../notifier/calls.ts';
import { ROLES } from '../notifier/link.ts';
import type { ReaderPool } from '../object-server/readers/reader-pool.ts';
import type { Value } from '../protocol/schema.ts';
import { idempotencyKey } from './api-events.ts';
import { Fields, isObject } from './live/fields.ts';
import { grantOf } from './roles.ts';

interface Options {
  readonly calls: NotifierCalls;
  /** Absent in store mode dump, where there is no file that another process could read. */
  readonly readers: Promise<ReaderPool> | undefined;
}

/** `POST /api/sql`: reading for everybody, in guarded processes; writing for operators, by the one writer. */
export function sqlRoutes(server: FastifyInstance, { calls, readers }: Options): void {
  server.post('/api/sql', async (request, reply) => {
    const { params, sql } = decodeStatement(request.body);
    const { role } = grantOf(request).identity;
    if (!isReading(sql)) {
      if (ROLES.indexOf(role) < ROLES.indexOf('operator'))
        throw new PanelcastError(
          'forbidden',
          `a statement that writes needs the role operator; this identity is ${role}`,
        );
      return calls.execute({ sql, params, ...idempotencyKey(request) });
    }
    if (readers === undefined)
      throw new PanelcastError(
        'bad-sql',
        'store mode dump keeps its tables in memory, where SELECT cannot reach them; use POST /api/query, or another mode',
      );
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const answer = await (await readers).queryText({ sql, params, role, signal: gone.signal });
    return reply.type('application/json; charset=utf-8').send(answer);
  });
}

/** The first word decides who runs it; whoever runs it checks the rest. */
function isReading(sql: string): boolean {
  const bare = sql.replace(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '');
  const word = /^[A-Za-z]*/.exec(bare)![0].toUpperCase();
  if (word !== 'WITH') return !['INSERT', 'UPDATE', 'DELETE', 'REPLACE'].includes(word);
  // WITH … SELECT reads, WITH … INSERT writes; a literal may hold any word, so literals go first.
  const words = bare.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  return !/\b(INSERT\s+(INTO|OR)|UPDATE\s+\S+\s+SET|UPDATE\s+OR|DELETE\s+FROM|REPLACE\s+INTO)\b/i.test(words);
}

interface Statement {
  readonly sql: string;
  readonly params: readonly Value[] | Readonly<Record<string, Value>>;
}

function decodeStatement(body: unknown): Statement {
  const fields = Fields.of(body, 'body', ['sql', 'params']);
  const sql = fields.text('sql');
  const params = fields.value('params');
  if (params === undefined) return { sql, params: [] };
  if (Array.isArray(params)) return { sql, params: params.map((value, i) => parameter(value, `body.params[${i}]`)) };
  if (!isObject(params))
    throw new PanelcastError('bad-request', 'body.params must be an array, or an object of names and values');
  return {
    sql,
    params: Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, parameter(value, `body.params.${name}`)]),
    ),
  };
}

function parameter(value: unknown, path: string): Value {
  if (typeof value === 'boolean') return Number(value);
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new PanelcastError('bad-request', `${path} must be text, a number, true, false or null`);
}
