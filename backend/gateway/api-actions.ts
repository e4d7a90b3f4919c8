import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ExecuteAnswer, NotifierCalls } from '../notifier/calls.ts';
import type { Identity } from '../notifier/link.ts';
import { type ActionAnswer, type ActionRequest, ROW_ACTIONS } from '../protocol/row-action.ts';
import type { Key, TableSchema } from '../protocol/schema.ts';
import type { Expression } from '../sql/expression.ts';
import { parseFilter } from '../sql/parser.ts';
import { printExpression } from '../sql/print.ts';
import { actionStatement, noteRefusal } from './action-statement.ts';
import { idempotencyKey } from './api-events.ts';
import { Fields, fault, isObject } from './live/fields.ts';
import { grantOf, requireRole } from './roles.ts';

interface Options {
  readonly calls: NotifierCalls;
  readonly clock: Clock;
}

/** A hand's work. What changes more rows than that is a policy, and belongs into a statement that somebody reviews. */
const ROWS_MAX = 10_000;

/**
 * `POST /api/actions`: what operators do to rows, without SQL. The answer comes after the flush: by then the cut with
 * these rows has been sent to every panel that shows them, the asking one's and everybody else's.
 */
export function actionRoutes(server: FastifyInstance, { calls, clock }: Options): void {
  const route = { preHandler: requireRole('operator'), config: { query: ['action', 'key', 'table', 'value'] } };
  server.post('/api/actions', route, async (request): Promise<ActionAnswer> => {
    const { identity } = grantOf(request);
    const asked = decodeAction(request);
    const once = { ...idempotencyKey(request), meaning: JSON.stringify([asked, identity.user]) };
    const act = async (): Promise<ExecuteAnswer> => {
      const table = await tableOf(asked, calls);
      const keys = await keysOf(asked, { table, identity, calls });
      const statement = actionStatement({ asked, table, keys, user: identity.user, nowMs: clock.now() });
      const done = calls.execute({ ...statement, ...once, rows: keys.length });
      return asked.action === 'note' ? done.catch(error => Promise.reject(noteRefusal(error))) : done;
    };
    const { changes, rows = 0, seq } = (await recalled(once, calls)) ?? (await act());
    const { asOf } = await calls.flush({ minSeq: seq });
    return { rows, changes, seq, asOf };
  });
}

/** A repetition is answered before anything is looked up: by now other rows may be meant, or none. */
async function recalled(
  { idempotencyKey, meaning }: { readonly idempotencyKey?: string; readonly meaning: string },
  calls: NotifierCalls,
): Promise<ExecuteAnswer | undefined> {
  return idempotencyKey === undefined ? undefined : calls.recall({ idempotencyKey, meaning });
}

const BODY_FIELDS = ['action', 'table', 'keys', 'filter', 'expected', 'value'] satisfies (keyof ActionRequest)[];

/**
 * The body says what is done. `?key=` and `?value=` may say to which rows and with what: Grafana's actions put a cell's
 * value or an operator's words into a body as they are, quotes and all, but into the address encoded.
 */
function decodeAction(request: FastifyRequest): ActionRequest {
  const query = isObject(request.query) ? request.query : {};
  const fields = Fields.of({ ...fromQuery(query), ...(request.body as object | undefined) }, 'body', BODY_FIELDS);
  const asked = fields.optional<Omit<ActionRequest, 'action'>>({
    table: name => fields.name(name),
    keys: name => fields.list(name, readKey),
    filter: name => fields.text(name),
    expected: name => fields.whole(name, 0),
    value: name => readKey(fields.value(name), fields.at(name)),
  });
  if (asked.keys?.length === 0) throw fault('body.keys', 'is empty; it must have a key for each row');
  if (asked.keys === undefined && (asked.filter ?? '').trim() === '')
    throw fault('body', 'must say which rows: by keys, by a filter, or by both');
  return { action: fields.choice('action', ROW_ACTIONS), ...asked };
}

function fromQuery(query: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { action, key, table, value } = query;
  return {
    ...(action !== undefined && { action }),
    ...(table !== undefined && { table }),
    ...(key !== undefined && { keys: [key].flat() }),
    ...(value !== undefined && { value }),
  };
}

function readKey(value: unknown, path: string): Key {
  if (typeof value === 'string' || Number.isFinite(value)) return value as Key;
  throw fault(path, 'must be a text or a number');
}

async function tableOf({ table: name = 'events' }: ActionRequest, calls: NotifierCalls): Promise<TableSchema> {
  const tables = await calls.schema();
  const table = tables.find(known => known.name === name);
  if (table !== undefined) return table;
  const meant = nearest(
    name,
    tables.map(known => known.name),
  );
  throw new PanelcastError('not-found', `unknown table "${name}"${meant ? `; did you mean "${meant}"?` : ''}`);
}

interface Asker {
  readonly table: TableSchema;
  readonly identity: Identity;
  readonly calls: NotifierCalls;
}

/** Asked as any panel asks, so that names, positions of faults and what an identity may see are the same here. */
async function keysOf(asked: ActionRequest, { calls, identity, table }: Asker): Promise<readonly Key[]> {
  const { filter = '', keys: wanted } = asked;
  const request = {
    table: table.name,
    columns: [table.primaryKey],
    filter: wanted === undefined ? filter : printExpression(amongKeys(wanted, filter, table)),
    limit: ROWS_MAX + 1,
  };
  const { values } = await calls.query({ request, identity });
  const keys = (values[0] ?? []) as readonly Key[];
  if (keys.length > ROWS_MAX)
    throw new PanelcastError('limit-exceeded', `that is more than ${ROWS_MAX} rows; narrow the filter`);
  if (asked.expected !== undefined && asked.expected !== keys.length)
    throw new PanelcastError(
      'conflict',
      `it would be ${keys.length} ${keys.length === 1 ? 'row' : 'rows'} by now, not ${asked.expected}; nothing was done`,
    );
  if (asked.keys !== undefined && keys.length === 0)
    throw new PanelcastError('not-found', 'there is no such row; it may have been deleted meanwhile');
  return keys;
}

/** Joined as trees: no text of a filter can reach beyond its own condition. */
function amongKeys(keys: readonly Key[], filter: string, table: TableSchema): Expression {
  const operand: Expression = { kind: 'column', name: table.primaryKey, ...NOWHERE };
  const items = keys.map(key => keyLiteral(key, table));
  const among: Expression = { kind: 'in', negated: false, operand, items, ...NOWHERE };
  if (filter.trim() === '') return among;
  return { kind: 'logic', operator: 'AND', operands: [parseFilter(filter), among], ...NOWHERE };
}

const NOWHERE = { start: 0, end: 0 } as const;

function keyLiteral(key: Key, { columns, primaryKey }: TableSchema): Expression {
  const isText = columns.find(({ name }) => name === primaryKey)!.type === 'text';
  if (isText) return { kind: 'literal', form: 'text', value: String(key), ...NOWHERE };
  const number = Number(key);
  if (String(key).trim() !== '' && Number.isSafeInteger(number))
    return { kind: 'literal', form: 'integer', value: number, ...NOWHERE };
  throw new PanelcastError('bad-request', `"${primaryKey}" is a whole number, not ${JSON.stringify(key)}`);
}
