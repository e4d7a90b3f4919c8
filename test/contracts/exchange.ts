import { onTestFinished } from 'vitest';
import { LiveGateway } from '../../backend/gateway/live/live-gateway.ts';
import { createServer } from '../../backend/gateway/server.ts';
import { createLog } from '../../backend/lib/log.ts';
import { systemClock } from '../../backend/lib/system-clock.ts';
import { StoreHouse } from '../../backend/notifier/store-house.ts';
import type { ServerMessage } from '../../backend/protocol/messages.ts';
import { Viewer } from '../backend/gateway/live/viewer.ts';

const INTERVAL_MS = 50;
/** So little that the log forgets within this exchange. */
const LOG_BYTES = 4000;
/** Every cut asks for an answer, and pings come every second. */
const LIMITS = { ackBytes: 1, pingMs: 1000 };

/** The store, the notifier and the gateway of a real run in this process, with limits that are reached soon. */
function startNotifier() {
  const house = new StoreHouse({
    store: { mode: 'dump', logBytesMax: LOG_BYTES },
    clock: systemClock,
    intervalMs: INTERVAL_MS,
    throttle: 'off',
    lingerMs: 0,
    filters: {},
    views: {},
    spool: { bytesMax: 1e6, ageMsMax: 1e9 },
    soon: run => setImmediate(run),
    onFault: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const log = createLog({ level: 'silent', pretty: false });
  const server = createServer({ log, bodyBytes: 1024, connections: 100, countRejection: () => undefined });
  const live = new LiveGateway({
    link: house.notifier,
    clock: systemClock,
    log,
    limits: LIMITS,
    welcome: () => ({ epoch: 1, intervalMs: INTERVAL_MS }),
    authenticate: async () => ({ identity: { role: 'operator' } }),
    countRejection: () => undefined,
  });
  live.install(server);
  onTestFinished(async () => {
    await server.close();
    await house.close();
  });
  return { house, live, server };
}

/** Talks with a real notifier so that it says each of its messages; answers everything that it said. */
export async function exchange(): Promise<ServerMessage[]> {
  const { house, live, server } = startNotifier();
  const write = (sql: string) => house.execute({ sql, params: [] });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const port = Number(new URL(address).port);
  await write("INSERT INTO events (identifier, serial, site, severity) VALUES ('a', 1, 'lon', 4), ('b', 2, 'par', 5)");

  const viewer = await Viewer.connect(port);
  viewer.say({ type: 'hello', protocol: 'panelcast.v1' });
  viewer.sayTogether([
    { type: 'open', id: 'list', request: { columns: ['severity', 'last_occurrence', 'summary'] } },
    {
      type: 'open',
      id: 'gauge',
      request: { metrics: [{ fn: 'count', as: 'alarms' }], groupBy: ['site'], historyMs: 60_000 },
    },
    { type: 'open', id: 'log', request: { columns: ['severity', 'last_occurrence', 'summary'], mode: 'all' } },
    { type: 'open', id: 'wrong', request: { filter: 'sevrity > 3' } },
  ]);
  await viewer.next('error');
  await viewer.next('cut');
  await write("UPDATE events SET severity = 3 WHERE identifier = 'a'");
  await write("DELETE FROM events WHERE identifier = 'b'");
  viewer.say({ type: 'flush', id: 'f', minSeq: 4 });
  await viewer.next('flushed');
  await viewer.next('ping');

  await stall(viewer, async sql => house.flush({ minSeq: (await write(sql)).seq }));

  for (let i = 0; i < 40; i++)
    await write(`UPDATE events SET summary = '${'x'.repeat(100)}${i}' WHERE identifier = 'a'`);
  const returning = await Viewer.connect(port);
  returning.sayTogether([
    { type: 'hello', protocol: 'panelcast.v1', resume: { epoch: 1, seq: 4 } },
    {
      type: 'open',
      id: 'log',
      request: { columns: ['severity', 'last_occurrence', 'summary'], mode: 'all' },
      since: 4,
    },
  ]);
  await returning.next('gap');
  await returning.next('cut');
  await live.stop('the notifier is stopping', 1000);
  await viewer.closed;
  return [...viewer.texts, ...returning.texts].map(text => JSON.parse(text) as ServerMessage);
}

/** Two cuts that are not answered make a viewer stale; when it answers, it is brought up to now. */
async function stall(viewer: Viewer, edit: (sql: string) => Promise<unknown>): Promise<void> {
  viewer.answers = false;
  for (let i = 0; i < 4; i++) await edit(`UPDATE events SET summary = 'stalled ${i}'`);
  const first = viewer.received.find(({ type }) => type === 'cut');
  if (first === undefined) await viewer.next('cut');
  viewer.answers = true;
  for (const text of viewer.texts) {
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === 'cut') viewer.say({ type: 'applied', asOf: message.asOf });
  }
  await viewer.next('snap');
}
