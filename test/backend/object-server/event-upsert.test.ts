import { describe, expect, it } from 'vitest';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import type { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { parseColumns } from '../../../backend/object-server/table-schema.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { done, events, openServer } from './open-server.ts';

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

async function send(server: ObjectServer, ...batch: object[]): Promise<void> {
  await done(server, server.intake(batch.map(event => ({ identifier: 'a', ...event }))));
}

describe('a report that is older than what is stored', () => {
  it('is counted, and changes nothing else', async () => {
    const server = openServer({ clock: new SimClock(START) });
    await send(server, { severity: 5, summary: 'down', last_occurrence: START - 1000 });
    await done(server, server.execute("UPDATE events SET acknowledged = 1, owner = 'eve'"));
    const before = events(server, 'severity', 'summary', 'acknowledged', 'owner', 'site', 'state_change')[0]!;
    await send(server, { severity: 0, summary: 'up', site: 'lon', owner: null, last_occurrence: START - 1001 });
    expect(events(server, ...Object.keys(before), 'tally', 'last_occurrence')).toEqual([
      { ...before, tally: 2, last_occurrence: START - 1000 },
    ]);
  });

  it('is answered like any other, and gives the serial that it did not need to the next row', async () => {
    const server = openServer({ clock: new SimClock(START) });
    const batch = [
      { identifier: 'a', last_occurrence: 2 },
      { identifier: 'a', last_occurrence: 1 },
      { identifier: 'b' },
    ];
    expect(await done(server, server.intake(batch))).toEqual({ accepted: 3, seq: 3 });
    expect(events(server, 'serial', 'identifier', 'tally')).toEqual([
      { serial: 1, identifier: 'a', tally: 2 },
      { serial: 2, identifier: 'b', tally: 1 },
    ]);
  });

  it('is one whose own time says so: of the same time, or of none, the last one counts', async () => {
    const server = openServer({ clock: new SimClock(START) });
    await send(server, { severity: 5, last_occurrence: START }, { severity: 4, last_occurrence: START });
    expect(events(server, 'severity')).toEqual([{ severity: 4 }]);
    await send(server, { severity: 0 });
    expect(events(server, 'severity')).toEqual([{ severity: 0 }]);
  });
});

describe('a time ahead of the clock', () => {
  const TIMES = ['first_occurrence', 'last_occurrence', 'state_change'];

  it('is kept up to a minute, and beyond that is now', async () => {
    const clock = new SimClock(START);
    const server = openServer({ clock });
    const all = (time: number) => Object.fromEntries(TIMES.map(name => [name, time]));
    await send(server, all(START + 60_000));
    await done(server, server.intake([{ identifier: 'b', ...all(START + 60_001) }]));
    expect(events(server, ...TIMES)).toEqual([all(START + 60_000), all(START)]);
  });

  it('does not keep an event from expiring, nor from going once it is clear', async () => {
    const clock = new SimClock(START);
    const server = openServer({ clock });
    const ahead = { last_occurrence: START + DAY, first_occurrence: START + DAY, state_change: START + DAY };
    await send(server, { severity: 5, expires_after: 60, ...ahead });
    clock.pass(60_000);
    expect(await done(server, server.housekeep())).toMatchObject({ expired: 1 });
    clock.pass(120_000);
    expect(await done(server, server.housekeep())).toMatchObject({ deleted: 1 });
  });

  it('is now for the next report, however it came to be stored', async () => {
    const clock = new SimClock(START);
    const server = openServer({ clock });
    await send(server, { severity: 5 });
    await done(server, server.execute(`UPDATE events SET ${TIMES.map(name => `${name} = ${START + DAY}`).join(', ')}`));
    clock.pass(1000);
    await send(server, { severity: 0 });
    expect(events(server, 'severity', ...TIMES)).toEqual([
      { severity: 0, first_occurrence: START + 1000, last_occurrence: START + 1000, state_change: START + 1000 },
    ]);
  });

  it('does not make the report of a machine with the right clock a late one', async () => {
    const clock = new SimClock(START);
    const server = openServer({ clock });
    await send(server, { severity: 5, last_occurrence: START + 30_000 });
    clock.pass(5000);
    await send(server, { severity: 0, last_occurrence: START + 5000 });
    expect(events(server, 'severity', 'last_occurrence')).toEqual([{ severity: 0, last_occurrence: START + 5000 }]);
  });

  it('is mended by the housekeeping where nobody reports again, whatever its rules', async () => {
    const clock = new SimClock(START);
    const server = openServer({ clock, expire: false, deleteClearedAfterMs: undefined });
    await send(server, { last_occurrence: START - 5 });
    for (const name of TIMES) {
      await done(server, server.execute(`UPDATE events SET ${name} = ${START + 60_001}`));
      await done(server, server.housekeep());
    }
    expect(events(server, ...TIMES)).toEqual([Object.fromEntries(TIMES.map(name => [name, START]))]);
  });

  it('is as it was sent in a column of the configuration, such as the end of a maintenance', async () => {
    const ends = parseColumns([{ name: 'ends', type: 'integer', format: 'time-ms' }], 'columns');
    const server = openServer({ clock: new SimClock(START), tables: [eventsTable(ends)] });
    await send(server, { ends: START + DAY }, { ends: START + DAY });
    await done(server, server.housekeep());
    expect(events(server, 'ends')).toEqual([{ ends: START + DAY }]);
  });
});

it('keeps the first occurrence at or before the last', async () => {
  const server = openServer({ clock: new SimClock(START) });
  const times = ['first_occurrence', 'last_occurrence'];
  await send(server, { first_occurrence: START - 1, last_occurrence: START - 5 });
  expect(events(server, ...times)).toEqual([{ first_occurrence: START - 5, last_occurrence: START - 5 }]);
  await done(server, server.execute(`UPDATE events SET first_occurrence = ${START}`));
  await send(server, { first_occurrence: START - 1, last_occurrence: START - 3 });
  expect(events(server, ...times)).toEqual([{ first_occurrence: START - 3, last_occurrence: START - 3 }]);
});

describe("operators' notes", () => {
  const NOTES = [{ at: 1, by: 'ann', text: 'call Bob' }];
  const noted = async (extra: unknown) => {
    const server = openServer();
    await send(server, { extra: { if: 'ge0' } });
    await done(server, server.execute('UPDATE events SET extra = ?', [JSON.stringify({ if: 'ge0', notes: NOTES })]));
    await send(server, { extra });
    return JSON.parse(String(events(server, 'extra')[0]!.extra));
  };

  it('outlive a report that gives another object', async () => {
    expect(await noted({ if: 'ge1', speed: 10 })).toEqual({ if: 'ge1', speed: 10, notes: NOTES });
  });

  it('outlive a report that says that there is nothing else to know', async () => {
    expect(await noted(null)).toEqual({ notes: NOTES });
  });

  it('give way to notes of the reporter’s own', async () => {
    expect(await noted({ notes: ['mine'] })).toEqual({ notes: ['mine'] });
  });

  it('are what operators wrote, not any text with that word', async () => {
    const server = openServer();
    await send(server, { extra: { notes: 'see "notes"' } }, { extra: { a: { notes: [1] } } }, { extra: { b: 1 } });
    expect(events(server, 'extra')).toEqual([{ extra: '{"b":1}' }]);
  });

  it('do not make an object too deep for SQLite a fault', async () => {
    const deep = `{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`;
    const server = openServer();
    await send(server, { extra: { notes: NOTES } }, { extra: deep }, { extra: deep.replace('a', 'notes') }, {});
    await send(server, { extra: { notes: NOTES } });
    expect(events(server, 'extra', 'tally')).toEqual([{ extra: JSON.stringify({ notes: NOTES }), tally: 5 }]);
  });
});
