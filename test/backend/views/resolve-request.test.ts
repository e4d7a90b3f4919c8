import { describe, expect, it } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { Source } from '../../../backend/sources/source.ts';
import { type Catalog, resolveRequest, spellOut } from '../../../backend/views/resolve-request.ts';
import { ALARMS } from '../../support/alarm-table.ts';

const WATCHES = { ...ALARMS, name: 'watches' };
const SOURCE = {
  name: 'events',
  tables: new Map([
    ['events', { ...ALARMS, name: 'events' }],
    ['watches', WATCHES],
  ]),
} as unknown as Source;

const FILTERS: Record<string, string> = { open: 'open = 1', broken: 'severity >' };
const VIEWS: Record<string, Request> = {
  wall: { table: 'watches', filter: '@open', columns: ['node'], intervalMs: 5000 },
  worst: { view: 'wall', filter: 'severity = 5', columns: ['severity'] },
  loop: { view: 'pool' },
  pool: { view: 'loop' },
};

const CATALOG: Catalog = {
  sources: new Map([['events', SOURCE]]),
  filters: { resolve: name => FILTERS[name], names: () => Object.keys(FILTERS) },
  namedView: name => VIEWS[name],
  namedViews: () => Object.keys(VIEWS),
  intervalMs: 1000,
};

const resolve = (request: Request, restriction?: string) => resolveRequest(request, CATALOG, restriction);

function refusal(request: Request): string {
  try {
    resolve(request);
  } catch (error) {
    if (error instanceof PanelcastError)
      return `${error.code}${error.position === undefined ? '' : ` at ${error.position}`}: ${error.message}`;
    throw error;
  }
  throw new Error('it was accepted');
}

/** As a client may send it, whatever the types say. */
const bare = (request: unknown) => request as Request;

describe('a request that means nothing is refused with what would be right', () => {
  it.each<[Request, string]>([
    [{ source: 'event' }, 'not-found: unknown source "event"; did you mean "events"?'],
    [{ source: 'prometheus' }, 'not-found: unknown source "prometheus"; there is events'],
    [{ table: 'evnts' }, 'not-found: unknown table "evnts"; did you mean "events"?'],
    [{ view: 'wal' }, 'not-found: unknown named view "wal"; did you mean "wall"?'],
    [{ view: 'loop' }, 'bad-request: named views go in a circle: loop → pool → loop'],
    [{ columns: ['nod'] }, 'bad-request: unknown column "nod" in table events; did you mean "node"?'],
    [
      { orderBy: [{ column: 'sevrity' }] },
      'bad-request: unknown column "sevrity" in table events; did you mean "severity"?',
    ],
    [
      { orderBy: [{ column: 'sevrity' }], limit: 3 },
      'bad-request: unknown column "sevrity" in table events; did you mean "severity"?',
    ],
    [
      { metrics: [{ fn: 'sum', column: 'lod' }] },
      'bad-request: unknown column "lod" in table events; did you mean "load"?',
    ],
    [
      { metrics: [{ fn: 'count' }], groupBy: ['nde'] },
      'bad-request: unknown column "nde" in table events; did you mean "node"?',
    ],
    [bare({ metrics: [{ fn: 'cont' }] }), 'bad-request: unknown metric function "cont"; did you mean "count"?'],
    [{ metrics: [{ fn: 'max' }] }, 'bad-request: max needs a column; only count may go without'],
    [
      { metrics: [{ fn: 'sum', column: 'node' }] },
      'bad-request: sum needs a number column, but "node" is text; distinct, min and max take text',
    ],
    [
      { metrics: [{ fn: 'count' }], orderBy: [{ column: 'cont' }] },
      'bad-request: cannot order by "cont", which is no field of this view; did you mean "count"?',
    ],
    [
      { metrics: [{ fn: 'count' }], columns: ['node'] },
      'bad-request: a request has columns or metrics, not both; group by columns with groupBy',
    ],
    [{ groupBy: ['node'] }, 'bad-request: groupBy needs metrics, such as [{"fn": "count"}]'],
    [{ historyMs: 1000 }, 'bad-request: historyMs is for metrics; rows have no retained past'],
    [{ query: { expr: 'up' } }, 'bad-request: source events takes filter, columns and metrics, not a query of its own'],
    [{ limit: 0 }, 'bad-request: limit must be a whole number from 1 to 50000, not 0'],
    [{ limit: 1.5 }, 'bad-request: limit must be a whole number from 1 to 50000, not 1.5'],
    [{ limit: 50_001 }, 'bad-request: limit must be a whole number from 1 to 50000, not 50001'],
    [{ metrics: [{ fn: 'count' }], limit: -1 }, 'bad-request: limit must be a whole number from 1 to 50000, not -1'],
    [
      { metrics: [{ fn: 'count' }], mode: 'all' },
      'bad-request: mode all tells every change of a row; metrics have the modes net and immediate',
    ],
    [{ limit: 3, mode: 'saf' }, 'bad-request: mode saf tells every change of a row; leave out limit, or use mode net'],
    [
      { filter: 'seen > now() - 5m', mode: 'all' },
      'bad-request: mode all tells every change of a row, but with now() rows leave without one; use mode net',
    ],
    [{ filter: 'sevrity > 3' }, 'bad-filter at 0: unknown column "sevrity" at 0; did you mean "severity"?'],
    [{ filter: 'open = 1 AND @opn' }, 'bad-filter at 13: unknown named filter @opn at 13; did you mean @open?'],
  ])('%o', (request, message) => {
    expect(refusal(request)).toBe(message);
  });

  it('names the named filter in which a fault is, at the place where it was asked for', () => {
    expect(refusal({ filter: 'open = 1 AND @broken' })).toMatch(/^bad-filter at 13: in @broken: expected /);
  });
});

describe('a named view', () => {
  it('is narrowed by the filter of who uses it; whatever else it says is replaced', () => {
    const { fields, filter, intervalMs, table } = resolve({ view: 'worst', filter: "node = 'a'", intervalMs: 2000 });
    const plain = resolve({
      table: 'watches',
      filter: "open = 1 AND severity = 5 AND node = 'a'",
      columns: ['severity'],
    });
    expect(filter.canonical).toBe(plain.filter.canonical);
    expect([table, intervalMs]).toEqual([WATCHES, 2000]);
    expect(fields.map(({ name }) => name)).toEqual(['id', 'severity']);
    expect(resolve({ view: 'worst' }).intervalMs).toBe(5000);
  });

  it('with a filter that is blank is not narrowed', () => {
    expect(resolve({ view: 'wall', filter: '  ' }).setKey).toBe(resolve({ view: 'wall' }).setKey);
  });
});

describe('a restriction', () => {
  it('is part of what is compared, and cannot be talked away', () => {
    const restricted = resolve({ filter: 'severity > 3 OR severity <= 3 OR severity IS NULL' }, 'open = 1');
    expect(restricted.setKey).toBe(resolve({ filter: 'open = 1' }).setKey);
    expect(resolve({ filter: 'open = 1' }, 'open = 1').setKey).toBe(restricted.setKey);
    expect(resolve({ filter: 'open = 0' }, 'open = 1').setKey).toBe(resolve({ filter: 'id IN ()' }).setKey);
  });
});

describe('the order of a window', () => {
  const keyOf = (...orderBy: readonly string[]) =>
    resolve({
      limit: 3,
      orderBy: orderBy.map(term => ({ column: term.replace('-', ''), desc: term.startsWith('-') })),
    }).viewKey;

  it('is the same without what decides nothing', () => {
    expect(keyOf('severity', 'node', '-severity')).toBe(keyOf('severity', 'node'));
    expect(keyOf('-id', 'node')).toBe(keyOf('-id'));
    expect(keyOf('id', '-node')).toBe(keyOf('id'));
    expect(keyOf('severity', 'id')).toBe(keyOf('severity'));
    expect(keyOf('id')).toBe(keyOf());
  });

  it('is another where a column, its direction or the place of one differs', () => {
    const keys = [keyOf(), keyOf('-id'), keyOf('severity'), keyOf('-severity'), keyOf('severity', '-id')];
    const places = [keyOf('severity', 'node'), keyOf('node', 'severity')];
    expect(new Set([...keys, ...places]).size).toBe(7);
  });
});

describe('an interval', () => {
  it.each([
    [undefined, 1000],
    [-5, 1000],
    [999, 1000],
    [2499, 2000],
    [2500, 3000],
    [1e12, 3_600_000],
  ])('of %s ms is %i ms', (asked, given) => {
    expect(resolve(asked === undefined ? {} : { intervalMs: asked }).intervalMs).toBe(given);
  });
});

describe('a request that is spelt out', () => {
  it.each<Request>([
    {},
    { view: 'worst', mode: 'saf' },
    { filter: "NOT (node LIKE 'a''%' OR load IN (1, 2.5, NULL))", columns: ['seen', 'node'], intervalMs: 3000 },
  ])('means the same, without names and with the restriction: %o', request => {
    const resolved = resolve(request, 'severity IS NOT NULL');
    const again = resolveRequest(spellOut(resolved), { ...CATALOG, filters: {}, namedView: () => undefined });
    const meaning = ({ intervalMs, mode, setKey, viewKey }: typeof resolved) => [setKey, viewKey, mode, intervalMs];
    expect(meaning(again)).toEqual(meaning(resolved));
  });
});
