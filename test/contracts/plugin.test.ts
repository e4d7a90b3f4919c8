import { describe, expect, it } from 'vitest';
import { decodeClientMessage } from '../../backend/gateway/live/client-message.ts';
import type { ClientMessage, Open, ServerMessage } from '../../backend/protocol/messages.ts';
import type { Request } from '../../backend/protocol/request.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import { Hub } from '../../src/live/hub.ts';
import type { SharedView } from '../../src/live/shared-view.ts';
import { frameMeta } from '../../src/query/frame-meta.ts';
import type { ScriptedConnection } from '../src/live/scripted-notifier.ts';
import { ScriptedNotifier } from '../src/live/scripted-notifier.ts';
import { SimPage } from '../src/live/sim-page.ts';
import { ProtocolDocument } from './protocol-document.ts';
import { type Shape, shapeOf } from './shape.ts';

type Kind = ServerMessage['type'];
type Golden = { readonly [K in Kind]: Extract<ServerMessage, { type: K }> };

const document = new ProtocolDocument();
const fromNotifier = document.examples('From the notifier') as unknown as readonly ServerMessage[];
const fromClient = document.examples('From the client') as unknown as readonly ClientMessage[];
const golden = Object.fromEntries(fromNotifier.map(message => [message.type, message])) as unknown as Golden;
const goldenOpen = fromClient.find(({ type }) => type === 'open') as Open;

const GAUGE: Request = { metrics: [{ fn: 'count' }], groupBy: ['site'], historyMs: 600_000 };
const LOG: Request = { filter: 'severity >= 3', mode: 'all' };

/** What the plugin has no use for. Whatever else is added to a message must be read, or stand here with its reason. */
const UNREAD: { readonly [K in Kind]?: readonly string[] } = {
  // For people who look at the notifier's status.
  welcome: ['session'],
  // A cut says it for all of its frames.
  delta: ['asOf'],
  rows: ['asOf'],
  metric: ['asOf'],
  series: ['asOf'],
  // `welcome` said it: it is that of the connection.
  cut: ['epoch'],
};
/** Store and forward is for programs that keep what they get. */
const UNSAID: readonly ClientMessage['type'][] = ['ack'];

/** The plugin's page with a list, a gauge and a log of changes, welcomed by the golden message. */
async function openPage() {
  const [page, notifier] = [new SimPage(), new ScriptedNotifier()];
  const hub = new Hub({ page, transports: notifier.transports });
  const [list, gauge, log] = [goldenOpen.request, GAUGE, LOG].map(request => hub.subscribe(request, () => {}));
  await page.settle();
  notifier.last.opened();
  notifier.last.say(golden.welcome);
  return { page, notifier, hub, list: list!.view, gauge: gauge!.view, log: log!.view };
}

/** Under the id that the client gave. */
function openView(notifier: ScriptedConnection, view: SharedView, wire: string): void {
  notifier.say({ ...golden.opened, id: view.id, view: wire });
}

/** Rows by key, column by column as they were told. */
function rowsOf({ fields, values }: { fields: Golden['snap']['fields']; values: Golden['snap']['values'] }) {
  const key = fields.findIndex(field => field.key);
  return new Map(values[key]!.map((name, row) => [name, values.map(column => column[row]!)]));
}

function rowsIn({ store }: SharedView): Value[][] {
  const { rows } = store!;
  const shown = rows.fields.map((_, index) => rows.column(index));
  const slots = shown[0]!.map((_, slot) => slot).filter(slot => rows.has(shown[0]![slot]!));
  return slots.map(slot => shown.map(column => column[slot]!));
}

const byKey = (rows: Iterable<readonly Value[]>) => [...rows].sort(([a], [b]) => Number(a) - Number(b));

type Page = Awaited<ReturnType<typeof openPage>>;
type Check = (page: Page) => Promise<void> | void;

/** Each message of the notifier, and what it means to the plugin; expectations are taken from the golden message. */
const MEANINGS: { readonly [K in Kind]: { readonly means: string; readonly check: (say: Say<K>) => Check } } = {
  welcome: {
    means: 'the connection is live, and what is asked again later is asked of that epoch',
    check: say => async page => {
      const { hub, list, notifier } = page;
      say(page);
      expect(hub.status).toMatchObject({ name: 'live', step: 'websocket' });
      openView(notifier.last, list, golden.snap.view);
      notifier.last.say(golden.snap, golden.cut);
      await page.page.settle(5000);
      notifier.last.lose();
      await page.page.settle(5000);
      notifier.last.opened();
      const { epoch } = golden.welcome;
      expect(notifier.last.said[0]).toMatchObject({ type: 'hello', resume: { epoch } });
    },
  },
  opened: {
    means: 'the registration has these fields, of this view, in this role',
    check: say => page => {
      say(page, { id: page.list.id });
      expect(page.list.opened!.fields).toEqual(golden.opened.fields);
      const { role, view, viewers } = golden.opened;
      expect(frameMeta(page.hub, page.list, page.list.store!).custom).toMatchObject({ role, view, viewers });
    },
  },
  snap: {
    means: 'these rows and no others, from the next cut on',
    check: say => page => {
      openView(page.notifier.last, page.list, golden.snap.view);
      say(page);
      expect(page.list.hasContent).toBe(false);
      page.notifier.last.say(golden.cut);
      expect(byKey(rowsIn(page.list))).toEqual(byKey(rowsOf(golden.snap).values()));
      expect(page.list.store!.conflatedMs !== undefined).toBe(golden.snap.conflated === true);
    },
  },
  delta: {
    means: 'rows that are new or changed, and rows that are gone',
    check: say => page => {
      openView(page.notifier.last, page.list, golden.snap.view);
      page.notifier.last.say(golden.snap, golden.cut);
      say(page, { view: golden.snap.view });
      page.notifier.last.say(golden.cut);
      const { remove = [], upsert = [] } = golden.delta;
      const expected = rowsOf(golden.snap);
      for (const key of remove) expected.delete(key);
      for (const [key, row] of rowsOf({ ...golden.snap, values: upsert })) expected.set(key, row);
      expect(byKey(rowsIn(page.list))).toEqual(byKey(expected.values()));
    },
  },
  rows: {
    means: 'every change, in order of seq, and the rows that are left',
    check: say => page => {
      openView(page.notifier.last, page.log, golden.rows.view);
      page.notifier.last.say({ ...golden.snap, view: golden.rows.view, values: golden.snap.values.map(() => []) });
      say(page);
      page.notifier.last.say(golden.cut);
      const { changes } = golden.rows;
      expect(page.log.store!.changes.changes).toEqual(changes.map(({ op, seq, values }) => ({ op, seq, values })));
      const left = new Map<Value, readonly Value[]>();
      for (const { key, op, values } of changes) op === 'leave' ? left.delete(key) : left.set(key, values);
      expect(rowsIn(page.log)).toEqual([...left.values()]);
    },
  },
  metric: {
    means: 'the metric as it is',
    check: say => page => {
      openView(page.notifier.last, page.gauge, golden.metric.view);
      say(page);
      page.notifier.last.say(golden.cut);
      const { fields, values } = golden.metric;
      expect(page.gauge.store!.metric).toEqual({ fields, values });
    },
  },
  series: {
    means: 'the past of the metric, a line a group',
    check: say => page => {
      const { fields, values, view } = golden.series;
      page.notifier.last.say({ ...golden.opened, id: page.gauge.id, view, fields: fields.slice(1) });
      say(page);
      page.notifier.last.say(golden.cut);
      const { lines, times } = page.gauge.store!.series!;
      expect([...new Set(values[0])]).toEqual([...times]);
      expect(Array.from(lines, ({ label, metrics }) => [...label, metrics[0]!.at(-1)])).toEqual(
        values[1]!.map((group, row) => [group, values[2]![row]]),
      );
    },
  },
  cut: {
    means: 'everything since the last takes effect; where it asks, it is answered when it is shown',
    check: say => async page => {
      say(page);
      const { asOf, intervalMs, throttled } = golden.cut;
      expect(page.hub.cut).toMatchObject({ asOf, intervalMs, throttled });
      await page.page.settle();
      const answers = golden.cut.ack ? [{ type: 'applied', asOf }] : [];
      expect(page.notifier.last.said.filter(({ type }) => type === 'applied')).toEqual(answers);
    },
  },
  flushed: {
    means: 'the edit is shown',
    check: say => async page => {
      const shown = page.hub.flush(golden.flushed.asOf);
      const asked = page.notifier.last.said.at(-1)!;
      expect(asked).toMatchObject({ type: 'flush', minSeq: golden.flushed.asOf });
      say(page, { id: asked.type === 'flush' ? asked.id : '' });
      await page.page.settle();
      await expect(shown).resolves.toBe(golden.flushed.asOf);
    },
  },
  gap: {
    means: 'these changes can no longer be had',
    check: say => page => {
      openView(page.notifier.last, page.log, golden.gap.view);
      say(page);
      page.notifier.last.say(golden.cut);
      expect(page.log.store!.gap).toEqual({ from: golden.gap.from, to: golden.gap.to });
    },
  },
  error: {
    means: 'the panel that asked is told why, and where in its filter',
    check: say => page => {
      say(page, { id: page.list.id });
      const { code, message, position } = golden.error;
      expect(page.list).toMatchObject({ phase: 'failed', error: { code, message, position } });
    },
  },
  bye: {
    means: 'come back, but not before the time that it says',
    check:
      say =>
      async ({ hub, notifier, page, ...views }) => {
        const { reason, retryAfterMs } = golden.bye;
        say({ hub, notifier, page, ...views });
        expect(hub.status).toMatchObject({ name: 'backing-off', loss: { message: reason } });
        await page.settle(retryAfterMs - 100);
        expect(notifier.connections).toHaveLength(1);
        await page.settle(3000);
        expect(notifier.connections).toHaveLength(2);
      },
  },
  ping: {
    means: 'answer',
    check: say => page => {
      say(page);
      expect(page.notifier.last.said.at(-1)).toEqual({ type: 'pong' });
    },
  },
};

type Say<K extends Kind> = (page: Page, own?: Partial<Golden[K]>) => void;

/** Says the golden message, with what is this connection's own, and notes which of its fields are read. */
function noting<K extends Kind>(kind: K, read: Set<string>): Say<K> {
  return ({ notifier }, own) => {
    const message = { ...golden[kind], ...own } as ServerMessage;
    const noted = new Proxy(message, {
      get(target, field, receiver) {
        if (typeof field === 'string') read.add(field);
        return Reflect.get(target, field, receiver) as unknown;
      },
    });
    notifier.last.say(noted);
  };
}

/** The fields of one are among those of the other, in the same shapes. */
function fits(part: Shape, whole: Shape): boolean {
  if (typeof part === 'string' || typeof whole === 'string') return part === 'nothing' || part === whole;
  if ('list' in part && 'list' in whole) return fits(part.list as Shape, whole.list as Shape);
  const [some, all] = [part, whole] as Record<string, Shape>[];
  return Object.entries(some!).every(([field, shape]) => all![field] !== undefined && fits(shape, all![field]));
}

describe('the plugin hears the golden messages of the notifier', () => {
  it('all of them', () => {
    expect(Object.keys(MEANINGS).sort()).toEqual(fromNotifier.map(({ type }) => type).sort());
  });

  it.each(Object.entries(MEANINGS).map(([kind, { check, means }]) => ({ kind: kind as Kind, means, check })))(
    '$kind: $means',
    async ({ check, kind }) => {
      const read = new Set<string>();
      await (check as (say: Say<Kind>) => Check)(noting(kind, read))(await openPage());
      const unread = Object.keys(golden[kind]).filter(field => !read.has(field));
      expect(unread.sort(), 'fields of the message that the plugin does not read').toEqual(
        [...(UNREAD[kind] ?? [])].sort(),
      );
    },
  );

  it('and passes over fields and kinds that it does not know', async () => {
    const page = await openPage();
    openView(page.notifier.last, page.list, golden.snap.view);
    const novel = { type: 'novel', view: golden.snap.view } as unknown as ServerMessage;
    page.notifier.last.say({ ...golden.snap, novel: true } as ServerMessage, novel, golden.cut);
    expect(byKey(rowsIn(page.list))).toEqual(byKey(rowsOf(golden.snap).values()));
  });
});

describe('the plugin says what PROTOCOL.md documents', () => {
  /** A page that shows, edits, loses its connection, comes back, opens more and closes. */
  async function everythingSaid(): Promise<ClientMessage[]> {
    const { hub, list, notifier, page } = await openPage();
    openView(notifier.last, list, golden.snap.view);
    notifier.last.say(golden.snap, golden.cut, golden.ping);
    await page.settle(5000);
    const flushed = hub.flush(golden.cut.asOf);
    flushed.catch(() => {});
    notifier.last.lose();
    await page.settle(5000);
    notifier.last.opened();
    notifier.last.say(golden.welcome);
    const more = hub.subscribe({ filter: 'severity = 5', metrics: [{ fn: 'count', as: 'alarms' }] }, () => {});
    await page.settle();
    more.release();
    await page.settle(30_000);
    const said = notifier.connections.flatMap(connection => connection.said);
    return said.map(message => JSON.parse(JSON.stringify(message)) as ClientMessage);
  }

  it('each kind, and each as the gateway takes it', async () => {
    const said = await everythingSaid();
    const kinds = new Set(said.map(({ type }) => type));
    const documented = fromClient.map(({ type }) => type).filter(type => !UNSAID.includes(type));
    expect([...kinds].sort()).toEqual(documented.sort());
    for (const message of said) expect(decodeClientMessage(message)).toEqual(message);
  });

  it('in the shapes of the examples', async () => {
    const shapes = new Map(fromClient.map(example => [example.type, shapeOf(example)]));
    for (const message of await everythingSaid()) {
      const told = message.type === 'open' ? { ...message, request: {} } : message;
      const whole = shapes.get(message.type)!;
      // What a request may say stands in the text beside the example; of it the gateway's decoder is the judge.
      const documented = message.type === 'open' ? { ...(whole as object), snapshot: 'boolean' } : whole;
      expect([message, fits(shapeOf(told), documented as Shape)]).toEqual([message, true]);
    }
  });

  it('asks in the words of the example what the example asks', async () => {
    const { notifier } = await openPage();
    expect(notifier.last.opens[0]!.request).toEqual(goldenOpen.request);
  });
});
