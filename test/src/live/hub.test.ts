import { describe, expect, it } from 'vitest';
import type { Field } from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import { Hub } from '../../../src/live/hub.ts';
import { ScriptedNotifier } from './scripted-notifier.ts';
import { flushMicrotasks, SimPage } from './sim-page.ts';

const FIELDS: readonly Field[] = [
  { name: 'serial', type: 'integer', key: true },
  { name: 'severity', type: 'integer' },
];
const COUNT: readonly Field[] = [{ name: 'count', type: 'integer' }];
const ROWS: Request = { filter: 'severity = 5', columns: ['serial', 'severity'] };
const TOTAL: Request = { filter: 'severity = 5', metrics: [{ fn: 'count' }] };

function house(steps?: ConstructorParameters<typeof Hub>[0]['steps']) {
  const page = new SimPage();
  const notifier = new ScriptedNotifier();
  const hub = new Hub({ page, transports: notifier.transports, ...(steps && { steps }) });
  return { page, notifier, hub };
}

/** A page that shows rows and their total, at cut 10. */
async function shownPage() {
  const { hub, notifier, page } = house();
  const told: string[] = [];
  const rows = hub.subscribe(ROWS, () => told.push('rows'));
  const total = hub.subscribe(TOTAL, () => told.push('total'));
  notifier.last.welcome();
  const [openRows, openTotal] = notifier.last.opens;
  notifier.last.answer(openRows!, 'v1', FIELDS, [
    [1, 2],
    [5, 5],
  ]);
  notifier.last.answer(openTotal!, 'v2', COUNT, [[2]]);
  notifier.last.cut(10);
  await page.settle();
  expect(told.splice(0)).toEqual(['rows', 'total']);
  return { hub, notifier, page, rows, total, told };
}

/** A long quiet time in which every cut before counts as whole. */
async function heldFor(page: SimPage, notifier: ScriptedNotifier, seconds: number, asOf: number) {
  for (let i = 0; i < seconds; i++) {
    await page.settle(1000);
    notifier.last.cut(asOf);
  }
}

describe('Hub', () => {
  it('says everything of a page in one turn: hello, then an open a request', async () => {
    const { hub, notifier } = house();
    for (const request of [ROWS, TOTAL, ROWS]) hub.subscribe(request, () => {});
    await flushMicrotasks();
    expect(notifier.connections).toHaveLength(1);
    expect(notifier.last.said).toEqual([]);
    notifier.last.opened();
    expect(notifier.last.said.map(({ type }) => type)).toEqual(['hello', 'open', 'open']);
  });

  it('opens once what several panels ask, however it is spelt', async () => {
    const { hub, notifier } = house();
    hub.subscribe({ filter: 'severity = 5 ', metrics: [{ fn: 'count' }] }, () => {});
    hub.subscribe({ metrics: [{ fn: 'count' }], filter: 'severity = 5' }, () => {});
    notifier.last.welcome();
    await flushMicrotasks();
    expect(notifier.last.opens).toHaveLength(1);
    expect(hub.size).toBe(1);
  });

  it('asks for the columns that put the rows in order', () => {
    const { hub, notifier } = house();
    hub.subscribe({ columns: ['node'], orderBy: [{ column: 'severity', desc: true }], limit: 5 }, () => {});
    notifier.last.opened();
    expect(notifier.last.opens[0]!.request.columns).toEqual(['node', 'severity']);
  });

  it('shows nothing of a view before the cut, and all of them in one frame after it', async () => {
    const { notifier, page, rows, told, total } = await shownPage();
    notifier.last.say({ type: 'delta', view: 'v1', asOf: 11, upsert: [[3], [5]] });
    notifier.last.say({ type: 'metric', view: 'v2', asOf: 11, fields: COUNT, values: [[3]] });
    expect([rows.view.store!.rows.size, total.view.store!.metric!.values]).toEqual([2, [[2]]]);
    notifier.last.cut(11);
    expect([rows.view.store!.rows.size, total.view.store!.metric!.values]).toEqual([3, [[3]]]);
    expect(told).toEqual([]);
    const before = page.frames;
    page.pass(16);
    expect(page.frames).toBe(before + 1);
    expect(told).toEqual(['rows', 'total']);
  });

  it('tells only the panels whose view changed', async () => {
    const { notifier, page, told } = await shownPage();
    notifier.last.say({ type: 'delta', view: 'v1', asOf: 11, upsert: [[2], [4]] });
    notifier.last.cut(11);
    await page.settle();
    expect(told).toEqual(['rows']);
  });

  it('shows several cuts before a frame as one', async () => {
    const { notifier, page, told } = await shownPage();
    for (const asOf of [11, 12, 13]) {
      notifier.last.say({ type: 'metric', view: 'v2', asOf, fields: COUNT, values: [[asOf]] });
      notifier.last.cut(asOf);
    }
    await page.settle();
    expect(told).toEqual(['total']);
  });

  it('answers a cut that asks only after the frame was painted', async () => {
    const { notifier, page } = await shownPage();
    notifier.last.cut(11, { ack: true });
    page.pass(16);
    expect(notifier.last.said.some(({ type }) => type === 'applied')).toBe(false);
    page.pass(16);
    expect(notifier.last.said.at(-1)).toEqual({ type: 'applied', asOf: 11 });
  });

  it('answers ping', async () => {
    const { notifier } = await shownPage();
    notifier.last.say({ type: 'ping' });
    expect(notifier.last.said.at(-1)).toEqual({ type: 'pong' });
  });
});

describe('panels that come and go', () => {
  it('replays to who comes late, in a microtask and not within the call', async () => {
    const { hub } = await shownPage();
    const late: string[] = [];
    hub.subscribe(ROWS, () => late.push('late'));
    expect(late).toEqual([]);
    await flushMicrotasks();
    expect(late).toEqual(['late']);
  });

  it('does not tell who has left before the replay', async () => {
    const { hub } = await shownPage();
    const late: string[] = [];
    hub.subscribe(ROWS, () => late.push('late')).release();
    await flushMicrotasks();
    expect(late).toEqual([]);
  });

  it('says nothing on the wire for refresh ticks, time ranges and switches within the linger', async () => {
    const { hub, notifier, page, rows } = await shownPage();
    const before = notifier.last.said.length;
    let lease = rows;
    for (let tick = 0; tick < 50; tick++) {
      lease.release();
      await page.settle(tick % 5 === 0 ? 9000 : 0);
      lease = hub.subscribe(ROWS, () => {});
      expect(lease.view.hasContent).toBe(true);
      notifier.last.say({ type: 'ping' });
      await page.settle(100);
    }
    expect(notifier.connections).toHaveLength(1);
    expect(notifier.last.said.slice(before).filter(({ type }) => type !== 'pong')).toEqual([]);
  });

  it('closes what nobody came back to, and hangs up when nothing is left', async () => {
    const { hub, notifier, page, rows, total } = await shownPage();
    rows.release();
    await page.settle(21_000);
    expect(notifier.last.closes).toEqual(['1']);
    total.release();
    await page.settle(21_000);
    expect(hub.size).toBe(0);
    await page.settle(61_000);
    expect(notifier.last.isClosed).toBe(true);
    expect(hub.status.name).toBe('idle');
    expect(page.waiting).toBe(0);
  });

  it('is subscribed twice and left once without harm', async () => {
    const { hub, notifier, page } = await shownPage();
    const listener = (): void => {};
    const first = hub.subscribe(ROWS, listener);
    const second = hub.subscribe(ROWS, listener);
    second.release();
    second.release();
    first.release();
    await page.settle();
    expect(notifier.last.opens).toHaveLength(2);
    expect(hub.size).toBe(2);
  });

  it('bounds how many views linger', async () => {
    const { hub, notifier, page } = await shownPage();
    for (let i = 0; i < 200; i++) {
      const { release } = hub.subscribe({ filter: `serial = ${i}`, metrics: [{ fn: 'count' }] }, () => {});
      await flushMicrotasks();
      notifier.last.answer(notifier.last.opens.at(-1)!, `n${i}`, COUNT, [[i]]);
      notifier.last.cut(20 + i);
      release();
    }
    await page.settle();
    expect(hub.size).toBeLessThanOrEqual(62);
    expect(notifier.last.closes).toHaveLength(140);
  });
});

describe('a connection that breaks', () => {
  it('keeps what is shown and opens it again as a difference, what is new as a snapshot', async () => {
    const { hub, notifier, page, rows } = await shownPage();
    await heldFor(page, notifier, 5, 12);
    notifier.last.lose();
    hub.subscribe({ metrics: [{ fn: 'max', column: 'severity' }] }, () => {});
    expect(rows.view.store!.rows.size).toBe(2);
    await page.settle(3000);
    expect(notifier.connections).toHaveLength(2);
    notifier.last.opened();
    const [hello, ...opens] = notifier.last.said;
    expect(hello).toMatchObject({ type: 'hello', resume: { epoch: 1, seq: 12 } });
    expect(opens.map(open => 'snapshot' in open)).toEqual([false, false, true]);
    expect(opens.map(open => 'since' in open && open.since)).toEqual([12, 12, false]);
  });

  it('carries the rows over to the view’s new name, without a blank', async () => {
    const { notifier, page, rows, told } = await shownPage();
    notifier.last.lose();
    await page.settle(3000);
    notifier.last.welcome();
    const [openRows] = notifier.last.opens;
    notifier.last.say({ type: 'opened', id: openRows!.id, view: 'v71', role: 'primary', viewers: 1, fields: FIELDS });
    notifier.last.say({ type: 'delta', view: 'v71', asOf: 14, upsert: [[9], [5]], remove: [1] });
    notifier.last.cut(14);
    await page.settle();
    expect([...rows.view.order.slots].map(slot => rows.view.store!.rows.column(0)[slot])).toEqual([2, 9]);
    expect(told).toContain('rows');
  });

  it('shows what it holds to who comes while it is connecting again', async () => {
    const { hub, notifier, page } = await shownPage();
    notifier.last.lose();
    await page.settle(3000);
    notifier.last.welcome();
    const late: string[] = [];
    const { view } = hub.subscribe(ROWS, () => late.push('late'));
    await flushMicrotasks();
    expect([view.hasContent, view.store!.rows.size, late]).toEqual([true, 2, ['late']]);
  });

  it('keeps what it has when an upstream does not answer, and nothing that is not allowed any more', async () => {
    for (const [code, hasContent] of [
      ['source-failed', true],
      ['forbidden', false],
    ] as const) {
      const { notifier, page, rows } = await shownPage();
      notifier.last.lose();
      await page.settle(3000);
      notifier.last.welcome();
      notifier.last.say({ type: 'error', id: notifier.last.opens[0]!.id, code, message: 'no' });
      notifier.last.cut(12);
      await page.settle();
      expect([rows.view.hasContent, rows.view.error!.code]).toEqual([hasContent, code]);
    }
  });

  it('does not ask from a cut that a slow view may not have been part of', async () => {
    const { hub, notifier, page } = await shownPage();
    hub.subscribe({ ...TOTAL, intervalMs: 10_000 }, () => {});
    await flushMicrotasks();
    notifier.last.answer(notifier.last.opens.at(-1)!, 'v3', COUNT, [[2]]);
    notifier.last.cut(20);
    for (let asOf = 21; asOf < 60; asOf++) {
      await page.settle(1000);
      notifier.last.cut(asOf);
    }
    notifier.last.lose();
    await page.settle(3000);
    notifier.last.opened();
    for (const { since } of notifier.last.opens) {
      expect(since).toBeGreaterThan(30);
      expect(since).toBeLessThanOrEqual(59 - 20);
    }
  });

  it('tells the reader after two seconds, and gravely after thirty', async () => {
    const { hub, notifier, page, told } = await shownPage();
    notifier.last.lose();
    await page.settle(1900);
    expect([hub.freshness, told.length]).toEqual(['live', 0]);
    await page.settle(200);
    expect(hub.freshness).toBe('reconnecting');
    await page.settle(100);
    expect(told).toEqual(['rows', 'total']);
    await page.settle(30_000);
    expect(hub.freshness).toBe('stale');
  });

  it('takes the notice back when everything is up again', async () => {
    const { hub, notifier, page, told } = await shownPage();
    notifier.last.lose();
    await page.settle(2500);
    told.length = 0;
    notifier.last.welcome();
    expect(hub.freshness).toBe('reconnecting');
    for (const { id } of notifier.last.opens)
      notifier.last.say({ type: 'opened', id, view: `w${id}`, role: 'primary', viewers: 1, fields: COUNT });
    notifier.last.cut(15);
    await page.settle();
    expect(hub.freshness).toBe('live');
    expect(told.sort()).toEqual(['rows', 'total']);
  });

  it('drops what was staged for a cut that never came', async () => {
    const { notifier, page, rows } = await shownPage();
    notifier.last.say({ type: 'delta', view: 'v1', asOf: 11, remove: [1] });
    notifier.last.lose();
    await page.settle(3000);
    notifier.last.welcome();
    const [openRows] = notifier.last.opens;
    notifier.last.say({ type: 'opened', id: openRows!.id, view: 'v1', role: 'primary', viewers: 1, fields: FIELDS });
    notifier.last.cut(11);
    expect(rows.view.store!.rows.size).toBe(2);
  });

  it('asks for nothing from before when another master answers', async () => {
    const { notifier, page } = await shownPage();
    await heldFor(page, notifier, 5, 12);
    notifier.last.lose();
    await page.settle(3000);
    notifier.last.welcome(2);
    notifier.last.lose();
    await page.settle(6000);
    notifier.last.opened();
    expect(notifier.last.said[0]).toEqual({ type: 'hello', protocol: 'panelcast.v1' });
  });

  it('takes the WebSocket when it gets through again, having shown what the stream brought until then', async () => {
    const { hub, notifier, page } = house();
    const { view } = hub.subscribe(ROWS, () => {});
    notifier.last.lose('no upgrade');
    const stream = notifier.last;
    stream.welcome();
    stream.answer(stream.opens[0]!, 'v1', FIELDS, [[1], [5]]);
    stream.cut(10);
    await heldFor(page, notifier, 21, 10);
    const tried = notifier.last;
    expect([tried.step, tried.said, stream.isClosed]).toEqual(['websocket', [], false]);
    stream.say({ type: 'delta', view: 'v1', asOf: 12, upsert: [[2], [5]] });
    stream.cut(12);
    expect(view.store!.rows.size).toBe(2);
    tried.opened();
    await flushMicrotasks();
    expect(stream.isClosed).toBe(true);
    expect(tried.said[0]).toMatchObject({ type: 'hello', resume: { epoch: 1 } });
    expect(tried.opens).toEqual([expect.objectContaining({ since: expect.any(Number) })]);
    tried.say({ type: 'welcome', session: '2', epoch: 1, protocol: 'panelcast.v1', intervalMs: 1000 });
    tried.say({ type: 'opened', id: tried.opens[0]!.id, view: 'v1', role: 'primary', viewers: 1, fields: FIELDS });
    tried.cut(13);
    expect([hub.freshness, hub.status.step, view.store!.rows.size]).toEqual(['live', 'websocket', 2]);
  });

  it('does not tell the reader of a WebSocket that was tried in vain', async () => {
    const { hub, notifier, page } = house();
    const told: string[] = [];
    hub.subscribe(ROWS, () => told.push('rows'));
    notifier.last.lose('no upgrade');
    const stream = notifier.last;
    stream.welcome();
    stream.answer(stream.opens[0]!, 'v1', FIELDS, [[1], [5]]);
    stream.cut(10);
    await page.settle();
    told.length = 0;
    for (let i = 0; i < 2; i++) {
      await page.settle(45_000);
      stream.say({ type: 'ping' });
      expect(notifier.last).not.toBe(stream);
      if (!notifier.last.isClosed) notifier.last.lose('no upgrade');
    }
    expect([stream.isClosed, hub.freshness, hub.status.step, told]).toEqual([false, 'live', 'stream', []]);
    hub.dispose();
    expect([stream.isClosed, page.waiting]).toEqual([true, 0]);
  });

  it('says why to a panel that has nothing yet, and goes on trying', async () => {
    const { hub, notifier, page } = house();
    const told: string[] = [];
    const { view } = hub.subscribe(ROWS, () => told.push('rows'));
    for (let i = 0; i < 3; i++) notifier.last.lose('refused');
    await page.settle();
    expect(view.error!.message).toContain('refused');
    expect(told).toEqual(['rows']);
    await page.settle(5000);
    notifier.last.welcome();
    notifier.last.answer(notifier.last.opens[0]!, 'v1', FIELDS, [[1], [5]]);
    notifier.last.cut(10);
    await page.settle();
    expect([view.error, view.hasContent]).toEqual([undefined, true]);
  });

  it('sleeps while nobody has looked for five minutes, and is up when somebody does', async () => {
    const { hub, notifier, page } = await shownPage();
    page.change({ isHidden: true });
    for (let i = 0; i < 11; i++) {
      await page.settle(30_000);
      if (hub.status.name === 'live') notifier.last.say({ type: 'ping' });
    }
    expect(hub.status.name).toBe('asleep');
    page.change({ isHidden: false });
    expect(notifier.connections).toHaveLength(2);
  });

  it('notices silence', async () => {
    const { notifier, page } = await shownPage();
    await page.settle(100_000);
    expect(notifier.connections.length).toBeGreaterThan(1);
    expect(notifier.connections[0]!.isClosed).toBe(true);
  });
});

describe('a request that is refused', () => {
  async function refusedPage(code: 'bad-filter' | 'source-failed') {
    const { hub, notifier, page } = house();
    const { release, view } = hub.subscribe({ filter: 'sevrity = 5' }, () => {});
    notifier.last.welcome();
    const id = notifier.last.opens[0]!.id;
    notifier.last.say({ type: 'error', id, code, message: 'unknown column "sevrity"', position: 0 });
    await page.settle();
    return { hub, notifier, page, release, view };
  }

  it('is told with its position, and asked again by the next who wants it', async () => {
    const { hub, notifier, release, view } = await refusedPage('bad-filter');
    expect(view.error).toEqual({ code: 'bad-filter', message: 'unknown column "sevrity"', position: 0 });
    release();
    expect(hub.size).toBe(0);
    hub.subscribe({ filter: 'sevrity = 5' }, () => {});
    await flushMicrotasks();
    expect(notifier.last.opens.map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('is not tried again by itself unless that may help', async () => {
    const refused = await refusedPage('bad-filter');
    await refused.page.settle(60_000);
    expect(refused.notifier.last.opens).toHaveLength(1);
    const failed = await refusedPage('source-failed');
    await failed.page.settle(6000);
    expect(failed.notifier.last.opens).toHaveLength(2);
  });
});

describe('transports below a WebSocket', () => {
  it('opens a stream again when there is more to say, with everything in it', async () => {
    const { hub, notifier, page } = house(['stream']);
    hub.subscribe(ROWS, () => {});
    notifier.last.welcome();
    notifier.last.answer(notifier.last.opens[0]!, 'v1', FIELDS, [[1], [5]]);
    notifier.last.cut(10);
    hub.subscribe(TOTAL, () => {});
    hub.subscribe({ ...TOTAL, filter: 'severity = 4' }, () => {});
    await page.settle(200);
    expect(notifier.connections).toHaveLength(2);
    notifier.last.opened();
    expect(notifier.last.said.map(({ type }) => type)).toEqual(['hello', 'open', 'open', 'open']);
    expect(notifier.last.said[0]).toMatchObject({ resume: { epoch: 1, seq: 10 } });
  });
});

describe('a view that moves', () => {
  it('tells its panels at once that their page is the primary now, without a cut', async () => {
    const { notifier, page, rows, told } = await shownPage();
    const { id } = notifier.last.opens[0]!;
    notifier.last.say({ type: 'opened', id, view: 'v1', role: 'secondary', viewers: 2, fields: FIELDS });
    await page.settle();
    notifier.last.say({ type: 'opened', id, view: 'v1', role: 'primary', viewers: 1, fields: FIELDS });
    await page.settle();
    expect(told).toEqual(['rows', 'rows']);
    expect([rows.view.opened?.role, rows.view.store?.rows.size]).toEqual(['primary', 2]);
    notifier.last.say({ type: 'opened', id, view: 'v1', role: 'primary', viewers: 1, fields: FIELDS });
    await page.settle();
    expect(told).toHaveLength(2);
  });

  it('follows a registration that an edited named filter re-homes, without a blank', async () => {
    const { notifier, page, rows } = await shownPage();
    const { id } = notifier.last.opens[0]!;
    notifier.last.say(
      { type: 'opened', id, view: 'v9', role: 'primary', viewers: 1, fields: FIELDS },
      { type: 'snap', view: 'v9', asOf: 12, fields: FIELDS, values: [[7], [5]] },
    );
    notifier.last.cut(12);
    await page.settle();
    expect([...rows.view.order.slots].map(slot => rows.view.store!.rows.column(0)[slot])).toEqual([7]);
  });

  it('flushes so that the answer comes with what it made visible', async () => {
    const { hub, notifier, page, rows } = await shownPage();
    let flushedAt = 0;
    const flushed = hub.flush(30).then(asOf => {
      flushedAt = rows.view.store!.rows.size;
      return asOf;
    });
    notifier.last.say({ type: 'delta', view: 'v1', asOf: 30, remove: [1] });
    notifier.last.cut(30);
    notifier.last.say({ type: 'flushed', id: 'f1', asOf: 30 });
    await page.settle();
    expect([await flushed, flushedAt]).toEqual([30, 1]);
  });
});
