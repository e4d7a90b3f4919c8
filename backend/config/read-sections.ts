import { decodeRequest } from '../gateway/live/decode-request.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import { checkName } from '../notifier/names.ts';
import { SELF_TABLES } from '../notifier/self-tables.ts';
import { eventsTable } from '../object-server/events-table.ts';
import { parseColumns, parseTables, type TableDefinition } from '../object-server/table-schema.ts';
import type { Request } from '../protocol/request.ts';
import type { TableSchema } from '../protocol/schema.ts';
import type { Source } from '../sources/source.ts';
import { compileFilter } from '../sql/filter.ts';
import type { NamedFilters } from '../sql/named-filters.ts';
import { type Catalog, resolveRequest } from '../views/resolve-request.ts';
import type { Config } from './options.ts';

/** The structured parts of the file, as the rooms that own them understand them. */
export interface Sections {
  /** `events` with its own columns first, then the further tables. */
  readonly tables: readonly TableDefinition[];
  readonly filters: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, Request>>;
}

/** Every message about a section begins with the path of what it is about. */
const PLACE = /^\w+(\.[\w-]+|\[\d+\])*/;

/** Reads what the sections mean; all mistakes are told together, a line each. */
export function readSections({
  columns,
  filters,
  placeOf,
  tables,
  views,
}: Pick<Config, 'columns' | 'filters' | 'placeOf' | 'tables' | 'views'>): Sections {
  const mistakes: string[] = [];
  const tryTo = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof PanelcastError)) throw error;
      const place = placeOf?.(PLACE.exec(error.message)?.[0] ?? '');
      mistakes.push(place === undefined ? error.message : `${place}: ${error.message}`);
      return otherwise;
    }
  };
  const more = tryTo(() => (columns === undefined ? [] : parseColumns(columns, 'columns')), []);
  const further = tryTo(() => (tables === undefined ? [] : parseTables(tables)), []);
  const sections: Sections = {
    tables: [tryTo(() => eventsTable(more), eventsTable()), ...further],
    filters: tryTo(() => texts(filters), {}),
    views: tryTo(() => entriesOf(views, 'views', 'request'), {}) as Readonly<Record<string, Request>>,
  };
  for (const section of ['filters', 'views'] as const)
    for (const name of Object.keys(sections[section])) tryTo(() => checkNameIn(section, name), undefined);
  for (const name of Object.keys(sections.filters)) tryTo(() => checkFilter(name, sections), undefined);
  const catalog = catalogOf(sections);
  for (const name of Object.keys(sections.views))
    tryTo(() => checkView(name, sections.views[name]!, catalog), undefined);
  if (mistakes.length > 0) throw new PanelcastError('bad-config', mistakes.join('\n'));
  return sections;
}

function texts(section: unknown): Readonly<Record<string, string>> {
  const entries = entriesOf(section, 'filters', 'filter text');
  for (const [name, text] of Object.entries(entries)) {
    if (typeof text === 'string' && text.trim() !== '') continue;
    throw new PanelcastError('bad-config', `filters.${name} must be the text of a filter, such as "severity >= 4"`);
  }
  return entries as Readonly<Record<string, string>>;
}

function entriesOf(section: unknown, kind: 'filters' | 'views', what: string): Readonly<Record<string, unknown>> {
  if (section === undefined || section === null) return {};
  if (typeof section === 'object' && !Array.isArray(section)) return section as Readonly<Record<string, unknown>>;
  throw new PanelcastError('bad-config', `${kind} must be a list of “name: ${what}” lines`);
}

function checkNameIn(section: 'filters' | 'views', name: string): void {
  try {
    checkName(name);
  } catch (error) {
    throw new PanelcastError('bad-config', `${section}.${name}: ${(error as Error).message}`, { cause: error });
  }
}

function checkView(name: string, view: Request, catalog: Catalog): void {
  const place = `views.${name}`;
  const request = decodeRequest(view, place);
  try {
    resolveRequest(request, catalog);
  } catch (error) {
    if (!(error instanceof PanelcastError)) throw error;
    throw new PanelcastError('bad-config', `${place}: ${error.message}`, { cause: error });
  }
}

/** What requests will be read against. Reading them takes names and tables of a source and nothing else of it. */
function catalogOf({ filters, tables, views }: Sections): Catalog {
  const source = (name: string, schemas: readonly TableSchema[]): [string, Source] => [
    name,
    { name, tables: new Map(schemas.map(schema => [schema.name, schema])) } as unknown as Source,
  ];
  const self = SELF_TABLES.map(({ schema }) => schema);
  return {
    sources: new Map([source('events', tables), source('panelcast', self)]),
    filters: namedFilters(filters),
    namedView: name => (Object.hasOwn(views, name) ? views[name] : undefined),
    namedViews: () => Object.keys(views),
    intervalMs: 1000,
  };
}

function namedFilters(filters: Sections['filters']): NamedFilters {
  return {
    resolve: name => (Object.hasOwn(filters, name) ? filters[name] : undefined),
    names: () => Object.keys(filters),
  };
}

/** A filter is not tied to a table: it must be readable, and fit one of them. */
function checkFilter(name: string, { filters, tables }: Sections): void {
  const named = namedFilters(filters);
  const faults = tables.map(table => {
    try {
      compileFilter(filters[name]!, table, named);
      return undefined;
    } catch (error) {
      return error instanceof PanelcastError ? error.message : String(error);
    }
  });
  if (faults.every(fault => fault !== undefined))
    throw new PanelcastError('bad-config', `filters.${name}: ${faults[0]}`);
}
