import { describe, expect, it } from 'vitest';
import type { Request } from '../../../backend/protocol/request.ts';
import { ofTable } from '../../../src/editor/table-change.ts';
import { EVENTS, LINKS, SETS, VOCABULARY } from './ground.ts';

const of = (request: Request, table = SETS) => ofTable(request, table, VOCABULARY);

describe('a request of another table', () => {
  it('names its source, and the built-in table not at all', () => {
    expect(of({})).toEqual({ source: 'panelcast', table: 'sets' });
    expect(of({ source: 'panelcast', table: 'sets' }, EVENTS)).toEqual({});
    expect(of({ view: 'wall' }, LINKS)).toEqual({ table: 'links' });
  });

  it('keeps what both have, and everything that a variable may name', () => {
    const request: Request = {
      filter: 'registrations > $least',
      columns: ['filter', 'summary', '$column'],
      orderBy: [{ column: 'severity', desc: true }, { column: 'registrations' }],
      limit: 5,
      intervalMs: 2000,
    };
    expect(of(request)).toEqual({
      ...{ source: 'panelcast', table: 'sets', limit: 5, intervalMs: 2000 },
      filter: 'registrations > $least',
      columns: ['filter', '$column'],
      orderBy: [{ column: 'registrations' }],
    });
  });

  it('drops a filter that the table cannot have', () => {
    expect(of({ filter: '@p1 AND registrations > 1' })).toEqual({ source: 'panelcast', table: 'sets' });
  });

  it('counts where no metric is left, and orders only by what there is', () => {
    const request: Request = {
      metrics: [{ fn: 'max', column: 'severity', as: 'worst' }],
      groupBy: ['node', 'filter'],
      orderBy: [{ column: 'worst' }, { column: 'filter' }],
    };
    expect(of(request)).toMatchObject({
      metrics: [{ fn: 'count' }],
      groupBy: ['filter'],
      orderBy: [{ column: 'filter' }],
    });
  });
});
