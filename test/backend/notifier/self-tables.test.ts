import { describe, expect, it } from 'vitest';
import type { ToNotifier } from '../../../backend/notifier/link.ts';
import { SELF_TABLES } from '../../../backend/notifier/self-tables.ts';
import type { StoreHouse } from '../../../backend/notifier/store-house.ts';
import type { ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import { SimClock } from '../../support/sim-clock.ts';
import { openStoreHouse } from '../../support/store-house.ts';

/** A store and its notifier in simulated time, without sockets. */
class House {
  readonly clock = new SimClock();
  readonly said: ServerMessage[] = [];
  readonly house: StoreHouse;

  constructor() {
    this.house = openStoreHouse(this.clock);
    const decoder = new TextDecoder();
    this.house.notifier.onOutput(({ items, texts }) => {
      for (const item of items)
        for (const { from, to } of item.type === 'cut' ? item.spans.flat() : item.spans)
          this.said.push(JSON.parse(decoder.decode(texts.subarray(from, to))));
    });
  }

  tell(...messages: ToNotifier[]): void {
    this.house.notifier.tell(messages);
    this.clock.pass(10);
  }

  open(session: number, id: string, request: Request, client?: string): void {
    const join = {
      type: 'join',
      session,
      identity: { role: 'admin', user: 'ann' },
      ...(client && { client }),
    } as const;
    const known = [...this.house.notifier.sessions.values()].some(each => each.id === session);
    this.tell(...(known ? [] : [join]), { type: 'open', session, id, request });
  }

  async send(...severities: number[]): Promise<void> {
    const events = severities.map((severity, i) => ({ identifier: `e${i}`, severity }));
    const body = new TextEncoder().encode(JSON.stringify(events));
    const sent = this.house.intake({ body, form: 'json', partial: false, offset: 0 });
    this.clock.pass(10);
    await sent;
  }

  /** The rows of a table, as objects. */
  async rows(table: string): Promise<Record<string, unknown>[]> {
    const request = { source: 'panelcast', table };
    const { fields, values } = await this.house.query({ request, identity: { role: 'admin' } });
    return (values[0] ?? []).map((_, row) =>
      Object.fromEntries(fields.map(({ name }, at) => [name, values[at]![row]])),
    );
  }
}

describe('the tables of the source panelcast', () => {
  it.each(SELF_TABLES.map(({ schema }) => schema.name))('%s can be asked, with values of its types', async table => {
    const lab = new House();
    lab.open(1, 'a', { filter: 'severity > 2' });
    lab.open(1, 'b', { mode: 'saf' }, 'gate');
    await lab.send(5, 1);
    lab.clock.pass(2000);
    await lab.rows(table);
    const { schema } = SELF_TABLES.find(each => each.schema.name === table)!;
    expect(schema.columns[0]!.name).toBe(schema.primaryKey);
    for (const { description, name } of schema.columns) expect(description, name).toMatch(/\.$/);
  });

  it('tell times to the microsecond and no digit more', () => {
    const sweeps = SELF_TABLES.find(({ schema }) => schema.name === 'sweeps')!;
    const facts = { notifier: { sweeps: [{ sweep: 1, busyMs: 0.3717329999926733 }] } };
    const [row] = sweeps.rows(facts as unknown as Parameters<typeof sweeps.rows>[0]);
    expect(row).toContain(0.372);
  });

  it('tells request sets and their views, the primary before the secondaries', async () => {
    const lab = new House();
    lab.open(1, 'count', { filter: 'severity >= 4', metrics: [{ fn: 'count' }] });
    lab.open(2, 'number', { filter: 'NOT severity < 4', metrics: [{ fn: 'count', as: 'n' }] });
    lab.open(2, 'list', { filter: '4 <= severity', columns: ['node'] });
    await lab.send(5, 4, 1);
    lab.clock.pass(1000);
    const sets = (await lab.rows('sets')).filter(({ source }) => source === 'events');
    expect(sets).toMatchObject([{ metric_views: 1, pure_views: 1, registrations: 3, changes: 2 }]);
    const views = (await lab.rows('views')).filter(({ filter_set }) => filter_set === sets[0]!.filter_set);
    expect(views).toMatchObject([
      { kind: 'metric', viewers: 2, members: '1/count, 2/number', modes: 'net', cuts: 1 },
      { kind: 'pure', viewers: 1, members: '2/list' },
    ]);
  });

  it('pushes what changed to whoever watches, in the cuts of the store', async () => {
    const lab = new House();
    lab.open(1, 'tables', { source: 'panelcast', table: 'tables' });
    lab.clock.pass(3000);
    lab.said.length = 0;
    await lab.send(3, 3);
    lab.clock.pass(2000);
    const deltas = lab.said.filter(message => message.type === 'delta');
    expect(deltas.map(({ upsert }) => upsert)).toEqual([[['events'], [2], [2]]]);
    expect(deltas[0]!.asOf).toBe((await lab.house.position()).seq);
  });

  it('tells sweeps to somebody who is the only one there', () => {
    const lab = new House();
    lab.open(1, 'sweeps', { source: 'panelcast', table: 'sweeps', columns: ['sweep', 'sets'] });
    lab.clock.pass(3500);
    const deltas = lab.said.filter(message => message.type === 'delta');
    // The first had nothing to send; from then on the table itself has.
    expect(deltas.map(({ upsert }) => upsert)).toEqual([
      [[1], [0]],
      [[2], [1]],
    ]);
  });

  it('costs nothing once nobody watches and the linger is over', () => {
    const lab = new House();
    const idle = lab.clock.timers;
    lab.open(1, 'me', { source: 'panelcast', table: 'notifier' });
    lab.clock.pass(5000);
    expect(lab.clock.timers).toBeGreaterThan(idle);
    lab.tell({ type: 'leave', session: 1 });
    lab.clock.pass(5000);
    expect(lab.clock.timers).toBe(idle);
  });

  it('is not counted among the changes of the store', async () => {
    const lab = new House();
    lab.open(1, 'sweeps', { source: 'panelcast', table: 'sweeps' });
    await lab.send(3);
    lab.clock.pass(5000);
    expect((await lab.house.counts()).changes).toEqual({ events: 1 });
  });

  it('are refused as a stream of every change, which they are not', () => {
    const lab = new House();
    lab.open(1, 'a', { source: 'panelcast', table: 'sweeps', mode: 'all' });
    expect(lab.said.at(-1)).toMatchObject({
      type: 'error',
      id: 'a',
      code: 'bad-request',
      message: 'mode all needs a log; source panelcast has none: use mode net',
    });
  });

  it('gives a returning viewer a snapshot, and refuses to store and forward what has no log', async () => {
    const lab = new House();
    await lab.send(3);
    const { epoch, seq } = await lab.house.position();
    lab.tell({ type: 'join', session: 1, identity: { role: 'admin' }, client: 'gate', resume: { epoch, seq } });
    lab.open(1, 'tables', { source: 'panelcast', table: 'tables' });
    expect(lab.said.map(({ type }) => type)).toEqual(['opened', 'snap']);
    lab.open(1, 'saf', { source: 'panelcast', table: 'sets', mode: 'saf' });
    expect(lab.said.at(-1)).toMatchObject({ type: 'error', id: 'saf', code: 'bad-request' });
    expect(lab.said.at(-1)).toMatchObject({ message: expect.stringContaining('panelcast has none') });
  });

  it('shows what the gateway reports', async () => {
    const lab = new House();
    lab.open(4, 'a', {});
    lab.open(4, 'wrong', { filter: 'sevrity > 3' });
    const live = { viewers: 9, stale: 1, groups: 2, deliveries: 3, bytesSent: 4, conflations: 5, backlogBytes: 0 };
    await lab.house.report({
      version: '1.2.3',
      startedAtMs: 1000,
      live: { ...live, registrations: 9, backlogMs: 0, lastDistributionMs: 0.4, farewells: { 'too slow': 2 } },
      stale: [{ session: 4, forMs: 1500.4 }],
      rejected: { 'bad-filter': 7, 'bad-request': 1 },
      rssBytes: 1,
      heapBytes: 1,
      others: { demo: { rate: 20 } },
    });
    expect(await lab.rows('notifier')).toMatchObject([{ version: '1.2.3', viewers: 9, stale: 1, conflations: 5 }]);
    expect(await lab.rows('viewers')).toMatchObject([{ session: 4, user: 'ann', stale: 1, stale_ms: 1500 }]);
    expect(await lab.rows('refusals')).toEqual([
      { what: 'bad-filter', times: 8 },
      { what: 'bad-request', times: 1 },
      { what: 'too slow', times: 2 },
    ]);
    expect(await lab.rows('parts')).toEqual([{ name: 'demo', facts: '{"rate":20}' }]);
  });
});
