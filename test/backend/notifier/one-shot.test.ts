import { describe, expect, it } from 'vitest';
import { answerOnce } from '../../../backend/notifier/one-shot.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import { resolveRequest } from '../../../backend/views/resolve-request.ts';
import { NotifierLab } from '../../support/notifier-lab.ts';

function lab(): NotifierLab {
  const made = new NotifierLab();
  made.send({ identifier: 'a', node: 'r1', severity: 5 }, { identifier: 'b', node: 'r2', severity: 3 });
  return made;
}

function answer(of: NotifierLab, request: Request, rowsMax?: number) {
  const resolved = resolveRequest(request, of.catalog);
  return answerOnce(resolved, of.clock.now(), of.notifier.past(resolved), rowsMax);
}

describe('one answer to a request', () => {
  it('has the columns that were asked for, in that order, and the key', () => {
    using it = lab();
    const { asOf, fields, values } = answer(it, { filter: 'severity >= 4', columns: ['severity', 'node'] });
    expect(fields.map(({ name }) => name)).toEqual(['serial', 'severity', 'node']);
    expect({ asOf, values }).toEqual({ asOf: 2, values: [[1], [5], ['r1']] });
  });

  it('has metrics under the names of the panel', () => {
    using it = lab();
    const request: Request = { metrics: [{ fn: 'max', column: 'severity', as: 'worst' }, { fn: 'count' }] };
    const { fields, values } = answer(it, request);
    expect(fields.map(({ name }) => name)).toEqual(['worst', 'count']);
    expect(values).toEqual([[5], [2]]);
  });

  it('orders and limits as a view would', () => {
    using it = lab();
    expect(answer(it, { columns: ['node'], orderBy: [{ column: 'severity' }], limit: 1 }).values).toEqual([
      [2],
      ['r2'],
    ]);
  });

  it('orders the rows without a limit too, before it is cut off at the bound', () => {
    using it = lab();
    it.send({ identifier: 'c', severity: 4 });
    const worst: Request = { columns: ['severity'], orderBy: [{ column: 'severity', desc: true }] };
    expect(answer(it, worst).values[1]).toEqual([5, 4, 3]);
    expect(answer(it, worst, 2).values[1]).toEqual([5, 4]);
  });

  it('has as many rows as the bound, and says that there are more', () => {
    using it = lab();
    it.send({ identifier: 'c', node: 'r1', severity: 1 });
    const worst: Request = { columns: ['severity'], orderBy: [{ column: 'severity', desc: true }], limit: 3 };
    const perNode: Request = { metrics: [{ fn: 'count' }], groupBy: ['severity'] };
    for (const request of [{}, worst, perNode]) {
      const cut = answer(it, request, 2);
      expect(cut.truncated).toBe('rows');
      expect(cut.values.map(column => column.length)).toEqual(cut.fields.map(() => 2));
      const whole = answer(it, request, 3);
      expect(whole).not.toHaveProperty('truncated');
      expect(whole.values[0]).toHaveLength(3);
    }
    expect(answer(it, worst, 2).values[1]).toEqual([5, 3]);
  });

  it('leaves no view behind', () => {
    using it = lab();
    answer(it, { metrics: [{ fn: 'count' }] });
    expect(it.notifier.views.size).toBe(0);
  });

  it('has the retained past of a metric that somebody watches, and else the present', () => {
    using it = lab();
    const request: Request = { metrics: [{ fn: 'count', as: 'events' }], historyMs: 60_000 };
    expect(answer(it, request).values).toEqual([[it.clock.now()], [2]]);
    it.join().open('p', request);
    it.clock.pass(3000);
    it.send({ identifier: 'c', node: 'r3', severity: 1 });
    it.clock.pass(3000);
    const { fields, values } = answer(it, request);
    expect(fields.map(({ name }) => name)).toEqual(['time', 'events']);
    expect(values[1]!.at(0)).toBe(2);
    expect(values[1]!.at(-1)).toBe(3);
  });
});
