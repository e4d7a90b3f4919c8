import { METRIC_FNS, type MetricRequest, MODES, type OrderTerm, type Request } from '../../protocol/request.ts';
import { Fields, fault, isObject, readNumber, readText } from './fields.ts';

const REQUEST_FIELDS = [
  'source',
  'table',
  'filter',
  'columns',
  'metrics',
  'groupBy',
  'orderBy',
  'limit',
  'intervalMs',
  'mode',
  'historyMs',
  'query',
  'view',
] as const satisfies readonly (keyof Request)[];

/** All that may stand beside the name of a view. */
const BESIDE_VIEW: readonly string[] = ['view', 'intervalMs', 'mode', 'historyMs'];

/** The form of a request, wherever it comes from; what its words mean is judged against the schema, later. */
export function decodeRequest(value: unknown, path = 'request'): Request {
  const fields = Fields.of(value, path, REQUEST_FIELDS);
  const request: Request = fields.optional<Request>({
    source: name => fields.name(name),
    table: name => fields.name(name),
    filter: name => fields.text(name),
    columns: name => fields.list(name, readText),
    metrics: name => fields.list(name, decodeMetric),
    groupBy: name => fields.list(name, readText),
    orderBy: name => fields.list(name, decodeOrderTerm),
    limit: name => fields.whole(name, 1),
    intervalMs: name => fields.whole(name, 1),
    mode: name => fields.choice(name, MODES),
    historyMs: name => fields.whole(name, 1),
    query: name => decodeUpstreamQuery(fields.value(name), fields.at(name)),
    view: name => fields.name(name),
  });
  refuseContradictions(request, path);
  return request;
}

function refuseContradictions(request: Request, path: string): void {
  refuseSharedNames(request, path);
  if (request.metrics?.length === 0) throw fault(`${path}.metrics`, 'must name one at least; leave it out for rows');
  if (request.view !== undefined) {
    const other = Object.keys(request).find(name => !BESIDE_VIEW.includes(name));
    if (other !== undefined) throw fault(`${path}.${other}`, 'cannot stand beside view, which names a whole request');
  }
  if (request.metrics === undefined) {
    if (request.groupBy !== undefined) throw fault(`${path}.groupBy`, 'needs metrics to group');
    if (request.historyMs !== undefined && request.view === undefined)
      throw fault(`${path}.historyMs`, 'needs metrics: rows have no retained past');
  } else if (request.columns !== undefined)
    throw fault(`${path}.columns`, 'cannot stand beside metrics: a view has rows or metrics');
}

/** Fields are found by their names. */
function refuseSharedNames({ groupBy = [], metrics = [] }: Request, path: string): void {
  const taken = new Set(groupBy);
  for (const [index, { as }] of metrics.entries()) {
    if (as === undefined) continue;
    if (taken.has(as))
      throw fault(`${path}.metrics[${index}].as`, `is "${as}", the name of another field; choose one of its own`);
    taken.add(as);
  }
}

function decodeMetric(value: unknown, path: string): MetricRequest {
  const fields = Fields.of(value, path, ['fn', 'column', 'as', 'bounds'] satisfies (keyof MetricRequest)[]);
  const metric: MetricRequest = {
    fn: fields.choice('fn', METRIC_FNS),
    ...fields.optional<Omit<MetricRequest, 'fn'>>({
      column: name => fields.name(name),
      as: name => fields.name(name),
      bounds: name => fields.list(name, readNumber),
    }),
  };
  const { fn, column, bounds } = metric;
  if (column === undefined && fn !== 'count') throw fault(`${path}.column`, `is missing: ${fn} needs a column`);
  if (fn === 'distribution') {
    if (bounds === undefined) throw fault(`${path}.bounds`, 'is missing: distribution needs its upper bounds');
    if (bounds.some((bound, i) => i > 0 && bound <= bounds[i - 1]!)) throw fault(`${path}.bounds`, 'must ascend');
  } else if (bounds !== undefined) throw fault(`${path}.bounds`, `belongs to distribution, not to ${fn}`);
  return metric;
}

function decodeOrderTerm(value: unknown, path: string): OrderTerm {
  const fields = Fields.of(value, path, ['column', 'desc'] satisfies (keyof OrderTerm)[]);
  return {
    column: fields.name('column'),
    ...fields.optional<Pick<OrderTerm, 'desc'>>({ desc: name => fields.flag(name) }),
  };
}

function decodeUpstreamQuery(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw fault(path, 'must be an object');
  return value;
}
