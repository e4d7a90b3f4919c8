import { describe, expect, it } from 'vitest';
import { SimClock } from '../../support/sim-clock.ts';
import { collect, done, events, openServer } from './open-server.ts';

describe('housekeeping', () => {
  it('clears an event once it has not occurred for as long as it says', async () => {
    const clock = new SimClock();
    const server = openServer({ clock });
    await done(
      server,
      server.intake([
        { identifier: 'a', severity: 4, expires_after: 60 },
        { identifier: 'b', severity: 4 },
      ]),
    );
    clock.pass(40_000);
    await done(server, server.intake([{ identifier: 'a', severity: 4 }]));
    clock.pass(59_999);
    expect(await done(server, server.housekeep())).toMatchObject({ expired: 0, isRoundComplete: true });
    clock.pass(1);
    expect(await done(server, server.housekeep())).toMatchObject({ expired: 1, seq: 4 });
    expect(events(server, 'severity', 'state_change')).toEqual([
      { severity: 0, state_change: clock.now() },
      { severity: 4, state_change: clock.now() - 100_000 },
    ]);
  });

  it('deletes an event that has been clear for two minutes, and was not reported again', async () => {
    const clock = new SimClock();
    const server = openServer({ clock });
    const changes = collect(server);
    await done(
      server,
      server.intake([
        { identifier: 'a', severity: 0 },
        { identifier: 'b', severity: 0 },
      ]),
    );
    clock.pass(60_000);
    await done(server, server.intake([{ identifier: 'b', severity: 0 }]));
    clock.pass(60_000);
    expect(await done(server, server.housekeep())).toMatchObject({ deleted: 1 });
    expect(events(server, 'identifier')).toEqual([{ identifier: 'b' }]);
    expect(changes.at(-1)).toMatchObject({ seq: 4, key: 1, after: undefined });
  });

  it('leaves events alone where its rules are off', async () => {
    const clock = new SimClock();
    const server = openServer({ clock, expire: false, deleteClearedAfterMs: undefined });
    await done(
      server,
      server.intake([
        { identifier: 'a', severity: 0 },
        { identifier: 'b', severity: 5, expires_after: 1 },
      ]),
    );
    clock.pass(1e9);
    expect(await done(server, server.housekeep())).toMatchObject({ deleted: 0, expired: 0 });
  });

  it('walks over a large table in slices, each a commit of its own', async () => {
    const clock = new SimClock();
    const server = openServer({ clock });
    const batch = Array.from({ length: 20_000 }, (_, i) => ({ identifier: `${i}`, severity: 0 }));
    await done(server, server.intake(batch));
    await done(server, server.intake([{ identifier: 'last', severity: 0 }]));
    clock.pass(200_000);
    const sizes: number[] = [];
    server.onCommit(changes => sizes.push(changes.length));
    while (!(await done(server, server.housekeep())).isRoundComplete);
    expect(sizes).toEqual([10_000, 10_000, 1]);
    expect(await done(server, server.housekeep())).toMatchObject({ deleted: 0, isRoundComplete: true });
  });
});
