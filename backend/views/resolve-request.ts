import { assert } from '../lib/assert.ts';
import { nearest } from '../lib/nearest.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Field } from '../protocol/messages.ts';
import type { Mode, Request } from '../protocol/request.ts';
import { columnIndex, type TableSchema } from '../protocol/schema.ts';
import type { Order, Source } from '../sources/source.ts';
import { andFilters, compileFilter, type Filter } from '../sql/filter.ts';
import type { NamedFilters } from '../sql/named-filters.ts';
import { columnFields, projectionOf } from './fields.ts';
import { canonicalMetrics } from './metrics/canonical-metrics.ts';
import type { MetricViewSpec } from './metrics/metric-spec.ts';
import { canonicalColumns, type RowsSpec } from './rows-view.ts';
import { canonicalOrder, type WindowRowsSpec } from './window-view.ts';

/** What requests are read against. */
export interface Catalog {
  readonly sources: ReadonlyMap<string, Source>;
  readonly filters: NamedFilters;
  namedView(name: string): Request | undefined;
  namedViews(): Iterable<string>;
  /** Default interval, and the fastest there is. */
  readonly intervalMs: number;
}

export type ViewSpec =
  | ({ readonly kind: 'rows' } & RowsSpec)
  | ({ readonly kind: 'window' } & WindowRowsSpec)
  | ({ readonly kind: 'metric' } & MetricViewSpec);

/** A request with everything looked up: which view it means, and what is its own. */
export interface ResolvedRequest {
  readonly source: Source;
  readonly table: TableSchema;
  readonly filter: Filter;
  /** Equal for equal filter sets. */
  readonly setKey: string;
  readonly spec: ViewSpec;
  /** Equal for equal views of one set. */
  readonly viewKey: string;
  readonly mode: Mode;
  readonly intervalMs: number;
  readonly historyMs: number;
  /** Whether it may mean another view when named filters or views change. */
  readonly usesNames: boolean;
  /** The registration's own order of rows. A view without a limit has none, since its rows have keys and not places. */
  readonly orderBy: readonly Order[];
  /** The registration's own names and order; `of` is the view's name where they differ. */
  readonly fields: readonly Field[];
}

/** A window of more would hold most of a table in memory a second time. */
const LIMIT_MAX = 50_000;
const NO_ORDER: readonly Order[] = [];
const INTERVAL_MS_MAX = 3_600_000;

/** `restriction` is the identity's entitlement: ANDed before anything is compared, so that it can split a set. */
export function resolveRequest(asked: Request, catalog: Catalog, restriction?: string): ResolvedRequest {
  const { filters, request } = expandNamedView(asked, catalog);
  const source = sourceOf(request, catalog);
  const table = tableOf(request, source);
  const texts = restriction === undefined ? filters : [restriction, ...filters];
  let usesNames = asked.view !== undefined;
  const resolve = (name: string): string | undefined => {
    usesNames = true;
    return catalog.filters.resolve?.(name);
  };
  const filter = texts
    .map(text => compileFilter(text, table, { ...catalog.filters, resolve }))
    .reduce(andFilters, compileFilter('', table));
  const mode = request.mode ?? 'net';
  const { fields, orderBy, spec, viewKey } =
    (request.metrics?.length ?? 0) > 0 ? metricPart(request, table) : rowsPart(request, table);
  checkMode(mode, spec, filter);
  return {
    source,
    table,
    filter,
    setKey: JSON.stringify([source.name, table.name, filter.canonical]),
    spec,
    viewKey,
    mode,
    intervalMs: intervalOf(request.intervalMs, catalog.intervalMs),
    historyMs: request.historyMs ?? 0,
    usesNames,
    orderBy,
    fields,
  };
}

/** The same request with its names and the restriction written out: it means what it means now, whatever becomes of them. */
export function spellOut({ filter, intervalMs, mode, source, spec, table }: ResolvedRequest): Request {
  assert(spec.kind === 'rows', 'only rows outlive a connection');
  const columns = spec.columns.map(index => table.columns[index]!.name);
  return { source: source.name, table: table.name, filter: filter.text, columns, mode, intervalMs };
}

/** A view may be based on a named view: its filter narrows the base's, whatever else it says replaces the base's. */
function expandNamedView(asked: Request, catalog: Catalog): { request: Request; filters: string[] } {
  const filters: string[] = [];
  const path: string[] = [];
  let request = asked;
  for (;;) {
    if (request.filter !== undefined && request.filter.trim() !== '') filters.push(request.filter);
    const { view, ...own } = request;
    if (view === undefined) return { request, filters };
    if (path.includes(view))
      throw new PanelcastError('bad-request', `named views go in a circle: ${[...path, view].join(' → ')}`);
    path.push(view);
    const base = catalog.namedView(view);
    if (base === undefined) throw unknownName('named view', view, catalog.namedViews(), 'not-found');
    const { filter: _own, ...overrides } = own;
    request = { ...base, ...overrides };
  }
}

function sourceOf({ query, source: name = 'events' }: Request, catalog: Catalog): Source {
  const source = catalog.sources.get(name);
  if (source === undefined) throw unknownName('source', name, catalog.sources.keys(), 'not-found');
  if (query !== undefined)
    throw new PanelcastError('bad-request', `source ${name} takes filter, columns and metrics, not a query of its own`);
  return source;
}

function tableOf({ table: name = 'events' }: Request, source: Source): TableSchema {
  const table = source.tables.get(name);
  if (table === undefined) throw unknownName('table', name, source.tables.keys(), 'not-found');
  return table;
}

interface ViewPart {
  readonly spec: ViewSpec;
  readonly viewKey: string;
  readonly orderBy: readonly Order[];
  readonly fields: readonly Field[];
}

function rowsPart(request: Request, table: TableSchema): ViewPart {
  if (request.groupBy !== undefined && request.groupBy.length > 0) {
    throw new PanelcastError('bad-request', 'groupBy needs metrics, such as [{"fn": "count"}]');
  }
  if (request.historyMs !== undefined)
    throw new PanelcastError('bad-request', 'historyMs is for metrics; rows have no retained past');
  const asked = request.columns ?? table.columns.map(column => column.name);
  for (const name of asked) column(name, table);
  const names = asked.includes(table.primaryKey) ? asked : [table.primaryKey, ...asked];
  const { columns, viewKey: rowsKey } = projectionOf(table, canonicalColumns(table, names));
  const own = [...new Set(names)].map(name => columnIndex(table, name));
  const fields = columnFields(table, own);
  const orderBy =
    request.orderBy?.map(({ column: name, desc = false }) => ({ columnIndex: column(name, table), desc })) ?? NO_ORDER;
  // Only where a limit cuts does the order of rows decide which they are.
  if (request.limit === undefined) return { spec: { kind: 'rows', table, columns }, viewKey: rowsKey, orderBy, fields };
  const limit = limitOf(request.limit);
  const order = canonicalOrder(table, orderBy);
  const viewKey = JSON.stringify(['window', columns, order.map(({ columnIndex, desc }) => [columnIndex, desc]), limit]);
  return { spec: { kind: 'window', table, columns, orderBy: order, limit }, viewKey, orderBy, fields };
}

function metricPart(request: Request, table: TableSchema): ViewPart {
  if (request.columns !== undefined)
    throw new PanelcastError(
      'bad-request',
      'a request has columns or metrics, not both; group by columns with groupBy',
    );
  const limit = request.limit === undefined ? {} : { limit: limitOf(request.limit) };
  const { fields, key, spec } = canonicalMetrics({ ...request, ...limit }, table);
  return { spec: { kind: 'metric', ...spec }, viewKey: key, orderBy: NO_ORDER, fields };
}

function column(name: string, table: TableSchema): number {
  const index = columnIndex(table, name);
  if (index >= 0) return index;
  const known = table.columns.map(known => known.name);
  throw unknownName('column', name, known, 'bad-request', ` in table ${table.name}`);
}

function limitOf(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new PanelcastError('bad-request', `limit must be a whole number from 1 to ${LIMIT_MAX}, not ${limit}`);
}

/** A multiple of the base interval, so that streams of one dashboard are due together. */
function intervalOf(asked: number | undefined, base: number): number {
  if (asked === undefined) return base;
  return Math.min(INTERVAL_MS_MAX, Math.max(1, Math.round(asked / base)) * base);
}

function checkMode(mode: Mode, { kind }: ViewSpec, { relative }: Filter): void {
  if (mode === 'net' || mode === 'immediate') return;
  if (kind === 'metric')
    throw new PanelcastError(
      'bad-request',
      `mode ${mode} tells every change of a row; metrics have the modes net and immediate`,
    );
  if (kind === 'window')
    throw new PanelcastError(
      'bad-request',
      `mode ${mode} tells every change of a row; leave out limit, or use mode net`,
    );
  if (relative)
    throw new PanelcastError(
      'bad-request',
      `mode ${mode} tells every change of a row, but with now() rows leave without one; use mode net`,
    );
}

function unknownName(
  what: string,
  name: string,
  known: Iterable<string>,
  code: 'not-found' | 'bad-request',
  where = '',
): PanelcastError {
  const names = [...known];
  const meant = nearest(name, names);
  const hint =
    meant !== undefined
      ? `; did you mean "${meant}"?`
      : names.length > 0 && names.length <= 10
        ? `; there is ${names.join(', ')}`
        : '';
  return new PanelcastError(code, `unknown ${what} "${name}"${where}${hint}`);
}
