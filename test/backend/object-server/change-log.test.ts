import { describe, expect, it } from 'vitest';
import type { Change } from '../../../backend/object-server/change.ts';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { parseColumns, parseTables } from '../../../backend/object-server/table-schema.ts';
import { Random } from '../../support/random.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { collect, done, openServer } from './open-server.ts';

/** Some events, repeated, cleared, acknowledged and deleted. */
async function live(server: ObjectServer, random: Random, commits: number): Promise<void> {
  for (let i = 0; i < commits; i++) {
    const identifier = `id ${random.int(40)}`;
    if (random.chance(0.1)) await done(server, server.execute('DELETE FROM events WHERE identifier = ?', [identifier]));
    else if (random.chance(0.2))
      await done(server, server.execute('UPDATE events SET owner = ? WHERE class < 3', [identifier]));
    else
      await done(
        server,
        server.intake([
          { identifier, class: random.int(9), severity: random.int(6) },
          { identifier, summary: `${i}` },
        ]),
      );
  }
}

describe('the retained log', () => {
  it('is read forward as it was handed over, from any seq and in any portions', async () => {
    const server = openServer();
    const all = collect(server);
    const random = new Random(3);
    await live(server, random, 200);
    const read: Change[] = [];
    for (let from = 1; from <= server.seq; ) {
      const portion = server.readChanges(from, 1 + random.int(50))!;
      read.push(...portion);
      from += portion.length;
    }
    expect(read).toEqual(all);
    expect(server.readChanges(server.seq + 1, 10)).toEqual([]);
  });

  it('goes on without a gap across restarts, and across columns that are added', async () => {
    const options = { dataDir: tempDir(), mode: 'durable', clock: new SimClock() } as const;
    const first = ObjectServer.open(options);
    const before = collect(first);
    await live(first, new Random(1), 60);
    await first.close();
    const extra = parseColumns([{ name: 'circuit', type: 'text', nullable: false, default: 'none' }], 'events.columns');
    const second = openServer({ ...options, tables: [eventsTable(extra)] });
    const after = collect(second);
    await live(second, new Random(2), 60);
    const widened = before.map(change => ({
      ...change,
      before: change.before && [...change.before, 'none'],
      after: change.after && [...change.after, 'none'],
    }));
    expect(second.readChanges(1, 1e6)).toEqual([...widened, ...after]);
    expect(after[0]!.seq).toBe(before.at(-1)!.seq + 1);
  });

  it('is read under tables that were put into another order', async () => {
    const [a, b] = ['a', 'b'].map(name => ({
      name,
      primaryKey: 'id',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'x', type: 'text' },
        { name: 'y', type: 'text' },
      ],
    }));
    const options = { dataDir: tempDir(), mode: 'durable', clock: new SimClock() } as const;
    const first = ObjectServer.open({ ...options, tables: [eventsTable(), ...parseTables([a, b])] });
    for (const sql of ["INSERT INTO a VALUES (1, 'x1', 'y1')", "INSERT INTO b VALUES (2, 'x2', 'y2')"])
      await done(first, first.execute(sql));
    await done(first, first.execute("UPDATE b SET y = 'y3'"));
    await done(first, first.execute('DELETE FROM a'));
    await first.close();
    const moved = { ...a!, columns: [...a!.columns].reverse() };
    const second = openServer({ ...options, tables: [...parseTables([b, moved]), eventsTable()] });
    expect(second.readChanges(1, 10)!.map(({ table, before, after }) => [table, before, after])).toEqual([
      ['a', undefined, ['y1', 'x1', 1]],
      ['b', undefined, [2, 'x2', 'y2']],
      ['b', [2, 'x2', 'y2'], [2, 'x2', 'y3']],
      ['a', ['y1', 'x1', 1], undefined],
    ]);
  });

  it('is bounded by bytes, and says what it still has', async () => {
    const server = openServer({ logBytesMax: 4000 });
    const all = collect(server);
    await live(server, new Random(4), 200);
    const { first, head } = server.bounds;
    expect(server.logBytes).toBeLessThanOrEqual(4000);
    expect(first).toBeGreaterThan(1);
    expect(head).toBe(all.length);
    expect(server.readChanges(first - 1, 10)).toBeUndefined();
    expect(server.readChanges(first, 1e6)).toEqual(all.slice(first - 1));
    expect(server.netChangesSince(first - 2)).toBeUndefined();
    expect(server.netChangesSince(first - 1)).toBeDefined();
  });

  it('is bounded by age', async () => {
    const clock = new SimClock();
    const server = openServer({ clock, logAgeMsMax: 10_000 });
    for (let i = 0; i < 5; i++) {
      await done(server, server.intake([{ identifier: 'a' }]));
      clock.pass(4000);
    }
    expect(server.bounds).toEqual({ first: 3, head: 5 });
  });

  it('never forgets the seq, however little may be retained', async () => {
    const options = { dataDir: tempDir(), mode: 'durable', clock: new SimClock(), logBytesMax: 0 } as const;
    const first = ObjectServer.open(options);
    await live(first, new Random(5), 20);
    const { seq } = first;
    await first.close();
    const second = openServer(options);
    expect(second.seq).toBe(seq);
    await done(second, second.intake([{ identifier: 'new' }]));
    expect(second.seq).toBe(seq + 1);
  });

  it('tells the net difference since a seq, row by row', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'kept' }, { identifier: 'gone' }, { identifier: 'still' }]));
    const [kept, gone] = server.select('events');
    await done(
      server,
      server.intake([
        { identifier: 'kept' },
        { identifier: 'new' },
        { identifier: 'kept' },
        { identifier: 'fleeting' },
      ]),
    );
    await done(server, server.execute("DELETE FROM events WHERE identifier IN ('gone', 'fleeting')"));
    const net = server.netChangesSince(3)!.sort((a, b) => Number(a.key) - Number(b.key));
    const [now, , created] = server.select('events');
    expect(net.map(({ before, after }) => [before, after])).toEqual([
      [kept, now],
      [gone, undefined],
      [undefined, created],
      [undefined, undefined],
    ]);
  });

  it('cuts a large commit into rows, so that none holds all of it', async () => {
    const server = openServer();
    const all = collect(server);
    await done(server, server.intake(Array.from({ length: 5000 }, (_, i) => ({ identifier: `${i}` }))));
    expect(await done(server, server.execute('DELETE FROM events'))).toEqual({ changes: 5000, seq: 10_000 });
    expect(server.readChanges(6001, 1000)).toEqual(all.slice(6000, 7000));
  });
});
