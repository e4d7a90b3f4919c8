import { describe, expect, it } from 'vitest';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { parseColumns } from '../../../backend/object-server/table-schema.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { collect, done, events, openServer, refusal } from './open-server.ts';

const START = Date.UTC(2026, 0, 1);

describe('deduplication', () => {
  it('counts a repeated event up and refreshes what it gives', async () => {
    const clock = new SimClock(START);
    const server = openServer({ clock });
    await done(server, server.intake([{ identifier: 'a', severity: 3, summary: 'first', node: 'n1' }]));
    clock.pass(5000);
    await done(server, server.intake([{ identifier: 'a', severity: 3, summary: 'second' }]));
    expect(
      events(server, 'serial', 'tally', 'summary', 'node', 'first_occurrence', 'last_occurrence', 'state_change'),
    ).toEqual([
      {
        serial: 1,
        tally: 2,
        summary: 'second',
        node: 'n1',
        first_occurrence: START,
        last_occurrence: START + 5000,
        state_change: START,
      },
    ]);
  });

  it('takes the severity of the last report, and notes when it changed', async () => {
    const clock = new SimClock(START);
    const server = openServer({ clock });
    for (const severity of [5, 'minor', 3]) {
      await done(server, server.intake([{ identifier: 'a', severity }]));
      clock.pass(1000);
    }
    expect(events(server, 'severity', 'state_change')).toEqual([{ severity: 3, state_change: START + 1000 }]);
  });

  it('makes a cleared event that occurs again a problem that nobody has acknowledged', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a', severity: 4 }]));
    await done(server, server.execute('UPDATE events SET acknowledged = 1'));
    await done(server, server.intake([{ identifier: 'a', severity: 5 }]));
    expect(events(server, 'acknowledged')).toEqual([{ acknowledged: 1 }]);
    await done(server, server.intake([{ identifier: 'a', severity: 0 }]));
    await done(server, server.intake([{ identifier: 'a', severity: 2 }]));
    expect(events(server, 'severity', 'acknowledged', 'tally')).toEqual([{ severity: 2, acknowledged: 0, tally: 4 }]);
  });

  it('never turns last_occurrence back for a report that comes late', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a', last_occurrence: 2000 }]));
    await done(server, server.intake([{ identifier: 'a', last_occurrence: '1970-01-01T00:00:01Z' }]));
    expect(events(server, 'first_occurrence', 'last_occurrence')).toEqual([
      { first_occurrence: 2000, last_occurrence: 2000 },
    ]);
  });

  it('keeps what a report does not give, whatever columns the one before gave', async () => {
    const server = openServer();
    await done(
      server,
      server.intake([
        { identifier: 'a', site: 'lon', severity: 4, type: 1, owner: 'eve' },
        { identifier: 'a', location: 'rack 4' },
        { severity: 5, identifier: 'a' },
      ]),
    );
    expect(events(server, 'site', 'location', 'severity', 'owner', 'tally')).toEqual([
      { site: 'lon', location: 'rack 4', severity: 5, owner: 'eve', tally: 3 },
    ]);
  });

  it('never gives a serial twice, and wastes none on repetitions', async () => {
    const server = openServer();
    await done(server, server.intake([{ identifier: 'a' }, { identifier: 'a' }, { identifier: 'b' }]));
    await done(server, server.execute("DELETE FROM events WHERE identifier = 'b'"));
    await done(server, server.intake([{ identifier: 'c' }]));
    expect(events(server, 'serial', 'identifier')).toEqual([
      { serial: 1, identifier: 'a' },
      { serial: 3, identifier: 'c' },
    ]);
  });
});

describe('the identifier of an event that has none', () => {
  it('is made of node, alert and agent, so that a resolution clears its problem', async () => {
    const server = openServer();
    const port = { node: 'sw1', alert_group: 'Link', alert_key: 'port 3', agent: 'snmp' };
    await done(server, server.intake([{ ...port, type: 1, severity: 5 }]));
    await done(server, server.intake([{ severity: 0, type: 2, ...port }]));
    expect(events(server, 'identifier', 'severity', 'tally')).toEqual([
      { identifier: 'sw1|Link|port 3|snmp', severity: 0, tally: 2 },
    ]);
  });

  it('keeps apart what only looks alike when joined', async () => {
    const server = openServer();
    await done(server, server.intake([{ node: 'a|b', alert_key: 'c' }]));
    await done(server, server.intake([{ node: 'a', alert_group: 'b', alert_key: 'c' }]));
    await done(server, server.intake([{ node: 'a', alert_key: 'c', manager: 'm' }]));
    expect(events(server, 'identifier')).toHaveLength(3);
  });
});

describe('what a bad event is told', () => {
  it.each([
    [{ identifier: 'a', severity: 'high' }, 'column "severity" must be an integer 0 to 5 (or clear, indeterminate,'],
    [{ identifier: 'a', severity: 6 }, 'column "severity" must be an integer 0 to 5'],
    [{ identifier: 'a', severity: null }, 'column "severity" must be an integer 0 to 5'],
    [{ identifier: 'a', sevrity: 5 }, 'unknown column "sevrity"; did you mean "severity"?'],
    [{ identifier: 'a', serial: 5 }, 'column "serial" is given by the object server'],
    [{ identifier: 'a', node: 5 }, 'column "node" must be text, not 5'],
    [{ identifier: 'a', node: 'x\0y' }, 'column "node" must not contain a NUL character'],
    [{ identifier: 'a', class: 2 ** 53 }, 'column "class" must be an integer within ±2^53, not 9007199254740992'],
    [{ identifier: 'a', class: 1.5 }, 'column "class" must be an integer'],
    [{ identifier: 'a', acknowledged: 'yes' }, 'column "acknowledged" must be 0, 1, true or false, not "yes"'],
    [{ identifier: 'a', last_occurrence: 'yesterday' }, 'column "last_occurrence" must be milliseconds'],
    [{ identifier: 'a', last_occurrence: '2026-01-01T00:00:00' }, 'an ISO 8601 time with its zone'],
    [{ identifier: 'a', expires_after: -1 }, 'column "expires_after" must be a whole number of seconds'],
    [{ identifier: 'a', extra: [1] }, 'column "extra" must be a JSON object, not [1]'],
    [{ identifier: 'a', extra: '{"a":' }, 'column "extra" must be a JSON object'],
    [{ identifier: '' }, 'column "identifier" is missing'],
    [{ summary: 'x' }, 'column "identifier" is missing, and there is no node, alert_group or alert_key'],
    [{ ...JSON.parse('{"__proto__": 1}'), identifier: 'a' }, 'unknown column "__proto__"'],
    ['text', 'must be an object, not "text"'],
    [null, 'must be an object, not null'],
    [[1], 'must be an object, not [1]'],
  ])('%j', async (event, message) => {
    const server = openServer();
    const told = await refusal(server, server.intake([{ identifier: 'good' }, event]));
    expect(told).toMatch(/^bad-event: event 1: /);
    expect(told).toContain(message);
    expect(server.seq).toBe(0);
  });

  it('shows no more of a value than finds it', async () => {
    const server = openServer();
    const told = await refusal(server, server.intake([{ identifier: 'a', severity: 'x'.repeat(10_000) }]));
    expect(told.length).toBeLessThan(250);
  });

  it('takes the good events of a partial batch and answers each bad one', async () => {
    const server = openServer();
    const batch = [{ identifier: 'a' }, { nope: 1 }, { identifier: 'b' }, 7];
    expect(await done(server, server.intake(batch, { partial: true }))).toEqual({
      accepted: 2,
      seq: 2,
      rejected: [
        { index: 1, message: 'event 1: unknown column "nope"; did you mean "node"?' },
        { index: 3, message: 'event 3: must be an object, not 7' },
      ],
    });
    expect(events(server, 'identifier')).toHaveLength(2);
  });
});

describe('values', () => {
  it('are taken by name, as text times, as booleans and as JSON objects', async () => {
    const server = openServer();
    const event = { type: 'Resolution', severity: 'CRITICAL', suppressed: 'escalated', acknowledged: true };
    const times = { first_occurrence: '2026-01-01T01:00:00+01:00', last_occurrence: START + 5 };
    await done(server, server.intake([{ identifier: 'a', ...event, ...times, extra: { any: { key: [1] } } }]));
    const columns = ['type', 'severity', 'suppressed', 'acknowledged', 'first_occurrence', 'last_occurrence', 'extra'];
    expect(events(server, ...columns)).toEqual([
      {
        type: 2,
        severity: 5,
        suppressed: 1,
        acknowledged: 1,
        first_occurrence: START,
        last_occurrence: START + 5,
        extra: '{"any":{"key":[1]}}',
      },
    ]);
  });

  it('go into the columns that a configuration adds', async () => {
    const extra = parseColumns(
      [
        { name: 'circuit', type: 'text' },
        { name: 'loss', type: 'real', nullable: false, default: 0 },
      ],
      'events.columns',
    );
    const server = openServer({ tables: [eventsTable(extra)] });
    await done(
      server,
      server.intake([
        { identifier: 'a', circuit: 'C1' },
        { identifier: 'b', loss: 0.5 },
      ]),
    );
    expect(events(server, 'circuit', 'loss')).toEqual([
      { circuit: 'C1', loss: 0 },
      { circuit: null, loss: 0.5 },
    ]);
    expect(await refusal(server, server.intake([{ identifier: 'a', loss: 'much' }]))).toContain(
      'event 0: column "loss" must be a number, not "much"',
    );
  });
});

describe('an intake', () => {
  it('is handed over as whole rows, one seq for each change', async () => {
    const server = openServer();
    const changes = collect(server);
    const outcome = await done(server, server.intake([{ identifier: 'a' }, { identifier: 'b' }, { identifier: 'a' }]));
    expect(outcome).toEqual({ accepted: 3, seq: 3 });
    expect(changes.map(({ seq, key, table }) => [seq, table, key])).toEqual([
      [1, 'events', 1],
      [2, 'events', 2],
      [3, 'events', 1],
    ]);
    expect(changes[2]!.before).toEqual(changes[0]!.after);
    expect(changes[2]!.after).toEqual(server.select('events')[0]);
  });

  it('survives thousands of different sets of columns', async () => {
    const server = openServer();
    const names = server.tables[0]!.columns.filter(column => column.type === 'text' && column.name !== 'extra');
    const batch = Array.from({ length: 2000 }, (_, i) => ({
      ...Object.fromEntries(names.filter((_column, bit) => (i >> (bit % 11)) & 1).map(({ name }) => [name, `v${i}`])),
      identifier: `id${i}`,
    }));
    expect(await done(server, server.intake(batch))).toEqual({ accepted: 2000, seq: 2000 });
  });

  it('refuses a batch that would keep everybody else waiting', async () => {
    const server = openServer();
    const batch = Array.from({ length: 20_001 }, () => ({ identifier: 'a' }));
    expect(await refusal(server, server.intake(batch))).toBe('too-large: a batch has at most 20000 events, not 20001');
  });
});
