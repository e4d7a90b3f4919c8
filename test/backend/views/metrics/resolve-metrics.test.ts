import { describe, expect, it } from 'vitest';
import type { Request } from '../../../../backend/protocol/request.ts';
import { resolveMetrics } from '../../../../backend/views/metrics/resolve-metrics.ts';
import { ALARMS, COLUMN } from '../../../support/alarm-table.ts';

describe('resolving the metrics of a request', () => {
  it('finds columns, and the fields to order by under either name', () => {
    const request: Request = {
      metrics: [
        { fn: 'count', as: 'Alarms' },
        { fn: 'max', column: 'severity' },
      ],
      groupBy: ['node'],
      orderBy: [{ column: 'Alarms', desc: true }, { column: 'count' }, { column: 'max(severity)' }, { column: 'node' }],
      limit: 5,
    };
    expect(resolveMetrics(request, ALARMS)).toEqual({
      table: ALARMS,
      metrics: [{ fn: 'count' }, { fn: 'max', columnIndex: COLUMN.severity }],
      groupBy: [COLUMN.node],
      orderBy: [
        { field: 1, desc: true },
        { field: 1, desc: false },
        { field: 2, desc: false },
        { field: 0, desc: false },
      ],
      limit: 5,
    });
  });

  it('groups by a column once', () => {
    const { groupBy } = resolveMetrics({ metrics: [{ fn: 'count' }], groupBy: ['node', 'node'] }, ALARMS);
    expect(groupBy).toEqual([COLUMN.node]);
  });

  const refused: [Pick<Request, 'metrics' | 'groupBy' | 'orderBy'>, string][] = [
    [
      { metrics: [{ fn: 'sum', column: 'sevrity' }] },
      'unknown column "sevrity" in table alarms; did you mean "severity"?',
    ],
    [{ metrics: [{ fn: 'count' }], groupBy: ['nod'] }, 'did you mean "node"?'],
    [{ metrics: [{ fn: 'sum' }] }, 'sum needs a column; only count may go without'],
    [{ metrics: [{ fn: 'avg', column: 'node' }] }, 'avg needs a number column, but "node" is text'],
    [{ metrics: [{ fn: 'distribution', column: 'load' }] }, 'distribution needs bounds'],
    [{ metrics: [{ fn: 'count', bounds: [1] }] }, 'count takes no bounds'],
    [{ metrics: [{ fn: 'distribution', column: 'load', bounds: [1, 1] }] }, '1 is followed by 1'],
    [{ metrics: [{ fn: 'distribution', column: 'load', bounds: [] }] }, '1 to 100 bounds'],
    [{ metrics: [{ fn: 'count' }], orderBy: [{ column: 'cuont' }] }, 'did you mean "count"?'],
  ];
  it.each(refused)('refuses %j', (request, message) => {
    expect(() => resolveMetrics(request, ALARMS)).toThrow(message);
  });

  it('names the function that was meant', () => {
    const request = { metrics: [{ fn: 'cuont' }] } as unknown as Request;
    expect(() => resolveMetrics(request, ALARMS)).toThrow('unknown metric function "cuont"; did you mean "count"?');
  });
});
