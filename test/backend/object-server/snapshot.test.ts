import { describe, expect, it } from 'vitest';
import { collect, done, openServer } from './open-server.ts';

describe('a snapshot', () => {
  it('is the columns asked for as JSON text, true at its seq', async () => {
    const server = openServer();
    const awkward = ['"\\ \n', 'É😀\u2028', ''];
    await done(server, server.intake(awkward.map((summary, i) => ({ identifier: `${i}`, summary, severity: i }))));
    const { seq, rows, values } = server.snapshot('events', {
      columns: ['serial', 'summary', 'site'],
      where: { sql: 'severity >= ?', params: [1] },
      orderBy: [{ column: 'severity', desc: true }, { column: 'serial' }],
      limit: 5,
    });
    expect([seq, rows]).toEqual([3, 2]);
    expect(JSON.parse(values)).toEqual([
      [3, 2],
      ['', 'É😀\u2028'],
      [null, null],
    ]);
  });

  it('of no rows has all its columns, empty', () => {
    expect(openServer().snapshot('events', { columns: ['serial', 'node'] })).toEqual({
      seq: 0,
      rows: 0,
      values: '[[],[]]',
    });
  });

  it('agrees with select on all columns', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a', extra: { a: 1 } }, { identifier: 'b' }]));
    const columns: unknown[][] = JSON.parse(server.snapshot('events').values);
    expect(server.select('events')).toEqual(columns[0]!.map((_, row) => columns.map(column => column[row])));
  });

  it('taken when a commit is handed over has that commit and nothing later', async () => {
    const server = openServer();
    collect(server);
    const tallies: string[] = [];
    server.onCommit((_changes, seq) => {
      const snapshot = server.snapshot('events', { columns: ['tally'] });
      tallies.push(`${seq} ${snapshot.seq} ${snapshot.values}`);
    });
    const first = server.intake([{ identifier: 'a' }]);
    server.drain();
    await done(server, server.intake([{ identifier: 'a' }]));
    await first;
    expect(tallies).toEqual(['1 1 [[1]]', '2 2 [[2]]']);
  });

  it('refuses a table or column that is not there, with the nearest name', () => {
    const server = openServer();
    expect(() => server.snapshot('event')).toThrow('no table "event"; did you mean "events"?');
    expect(() => server.snapshot('events', { columns: ['nodes'] })).toThrow('no column "nodes"; did you mean "node"?');
    expect(() => server.select('events', { orderBy: [{ column: '1; DROP' }] })).toThrow('has no column "1; DROP"');
  });
});
