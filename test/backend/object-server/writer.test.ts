import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { collect, done, events, openServer, refusal } from './open-server.ts';

describe('a group of writes', () => {
  it('is one commit, handed over before anybody is answered', async () => {
    const server = openServer();
    const told: string[] = [];
    server.onCommit((changes, seq) => told.push(`commit ${changes.length} to ${seq}`));
    const answers = ['a', 'b', 'c'].map(identifier =>
      server.intake([{ identifier }]).then(outcome => told.push(`answer ${outcome.seq}`)),
    );
    server.drain();
    await Promise.all(answers);
    expect(told).toEqual(['commit 3 to 3', 'answer 1', 'answer 2', 'answer 3']);
  });

  it('ends at a bound of rows, so that nobody waits for all that is queued', async () => {
    const server = openServer();
    const sizes: number[] = [];
    server.onCommit(changes => sizes.push(changes.length));
    const batch = (name: string) => Array.from({ length: 900 }, (_, i) => ({ identifier: `${name} ${i}` }));
    const answers = ['a', 'b', 'c', 'd', 'e'].map(name => server.intake(batch(name)));
    expect(server.drain(1)).toBe(true);
    expect(server.drain()).toBe(false);
    await Promise.all(answers);
    expect(sizes).toEqual([1800, 1800, 900]);
  });

  it('loses only the write that fails', async () => {
    const server = openServer();
    const changes = collect(server);
    await done(server, server.intake([{ identifier: 'a' }]));
    const key = { key: 'k', hash: 'one' };
    const writes = [
      server.intake([{ identifier: 'b' }], { idempotency: key }),
      server.intake([{ identifier: 'c' }, { identifier: 'd' }], { idempotency: { ...key, hash: 'other' } }),
      server.intake([{ identifier: 'e' }]),
    ];
    server.drain();
    const settled = await Promise.allSettled(writes);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(events(server, 'serial', 'identifier').map(row => row.identifier)).toEqual(['a', 'b', 'e']);
    expect(changes.map(({ seq, after }) => [seq, after![0]])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'e'],
    ]);
    expect(server.readChanges(1, 10)).toEqual(changes);
  });

  it('undoes all of a batch that fails in the middle, and nothing of the others', async () => {
    const options = { dataDir: tempDir(), mode: 'durable', clock: new SimClock() } as const;
    await ObjectServer.open(options).close();
    const db = new DatabaseSync(join(options.dataDir, 'panelcast.db'));
    db.exec(`CREATE TRIGGER poison BEFORE INSERT ON events WHEN NEW.identifier = 'poison' BEGIN
      SELECT RAISE(ABORT, 'poisoned'); END`);
    db.close();
    const server = openServer(options);
    const changes = collect(server);
    const writes = [['a'], ['b', 'poison', 'c'], ['d', 'a']].map(identifiers =>
      server.intake(identifiers.map(identifier => ({ identifier }))),
    );
    server.drain();
    const settled = await Promise.allSettled(writes);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(changes.map(({ seq, after }) => [seq, after![0]])).toEqual([
      [1, 'a'],
      [2, 'd'],
      [3, 'a'],
    ]);
    expect(server.readChanges(1, 10)).toEqual(changes);
    expect(events(server, 'identifier', 'tally')).toEqual([
      { identifier: 'a', tally: 2 },
      { identifier: 'd', tally: 1 },
    ]);
  });

  it('answers its writers even when a listener fails, since they are stored', async () => {
    const server = openServer();
    server.onCommit(() => {
      throw new Error('a listener is broken');
    });
    const answer = server.intake([{ identifier: 'a' }]);
    expect(() => server.drain()).toThrow('a listener is broken');
    expect(await answer).toEqual({ accepted: 1, seq: 1 });
  });

  it('calls for draining when something waits and nothing did', async () => {
    let calls = 0;
    const server = openServer({ onWork: () => calls++ });
    const first = server.intake([{ identifier: 'a' }]);
    const second = server.intake([{ identifier: 'b' }]);
    expect(calls).toBe(1);
    server.drain();
    await Promise.all([first, second]);
    await done(server, server.intake([]));
    expect(calls).toBe(2);
  });
});

describe('backpressure', () => {
  it('refuses a write over the bound of writes, and takes it again once there is room', async () => {
    const server = openServer({ queueWritesMax: 2 });
    const waiting = [server.intake([{ identifier: 'a' }]), server.intake([{ identifier: 'b' }])];
    await expect(server.intake([{ identifier: 'c' }])).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterMs: 1000,
    });
    server.drain();
    await Promise.all(waiting);
    expect(await done(server, server.intake([{ identifier: 'c' }]))).toEqual({ accepted: 1, seq: 3 });
  });

  it('refuses a write over the bound of bytes, but takes any when nothing waits', async () => {
    const server = openServer({ queueBytesMax: 5000 });
    const long = { identifier: 'a', summary: 'x'.repeat(6000) };
    const first = server.intake([long]);
    await expect(server.intake([{ identifier: 'b' }])).rejects.toMatchObject({ code: 'overloaded' });
    server.drain();
    await first;
    expect(server.queued).toEqual({ writes: 0, bytes: 0 });
  });
});

describe('an idempotency key', () => {
  const idempotency = { key: 'k', hash: 'h' };

  it('answers the same write again without doing it again, also in the same group and after a restart', async () => {
    const options = { dataDir: tempDir(), mode: 'durable', clock: new SimClock() } as const;
    const before = ObjectServer.open(options);
    const both = [0, 1].map(() => before.intake([{ identifier: 'a' }], { idempotency }));
    before.drain();
    expect(await Promise.all(both)).toEqual([
      { accepted: 1, seq: 1 },
      { accepted: 1, seq: 1 },
    ]);
    await before.close();
    const after = openServer(options);
    expect(await done(after, after.intake([{ identifier: 'a' }], { idempotency }))).toEqual({ accepted: 1, seq: 1 });
    expect(events(after, 'tally')).toEqual([{ tally: 1 }]);
  });

  it('is refused for another body', async () => {
    const server = openServer();
    await done(server, server.execute('DELETE FROM events', [], { idempotency }));
    const other = server.execute('DELETE FROM events WHERE serial = 1', [], {
      idempotency: { ...idempotency, hash: 'other' },
    });
    expect(await refusal(server, other)).toBe(
      'conflict: the idempotency key "k" was used for another body; use a new key for each write',
    );
  });

  it('of a write that failed may be used again', async () => {
    const server = openServer();
    await refusal(server, server.execute('UPDATE events SET nope = 1', [], { idempotency }));
    expect(
      await done(server, server.execute('DELETE FROM events', [], { idempotency: { ...idempotency, hash: 'mended' } })),
    ).toEqual({
      changes: 0,
      seq: 0,
    });
  });

  it('is forgotten when it is too old or too many came after', async () => {
    const clock = new SimClock();
    const server = openServer({ clock, outcomesMax: 3, outcomeAgeMsMax: 1000 });
    const send = (key: string) =>
      done(server, server.intake([{ identifier: 'a' }], { idempotency: { key, hash: 'h' } }));
    for (const key of ['1', '2', '3', '4']) await send(key);
    expect((await send('2')).seq).toBe(2);
    expect((await send('1')).seq).toBe(5);
    clock.pass(1001);
    expect((await send('4')).seq).toBe(6);
  });
});

describe('stopping', () => {
  it('does what is queued and refuses what comes after', async () => {
    const server = openServer();
    const queued = server.intake([{ identifier: 'a' }]);
    const closed = server.close();
    await expect(server.intake([{ identifier: 'b' }])).rejects.toMatchObject({ code: 'stopping' });
    expect(await queued).toEqual({ accepted: 1, seq: 1 });
    await closed;
  });
});
