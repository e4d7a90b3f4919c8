/** Sends batches over some connections, flat out, in a process of its own: what it costs is not the server's. */
import { Agent, request } from 'node:http';
import { Random } from '../../support/random.ts';
import { peerModule } from '../peers/peer-module.ts';
import { postgresUpsertSql } from '../peers/postgres.ts';
import { type StoreEvent, storeEvent } from '../store-workload.ts';
import { answerAlone } from '../support/alone.ts';
import type { Figures } from '../support/benchmark.ts';

export interface IntakeClientInput {
  readonly to: 'panelcast' | 'postgres';
  readonly port: number;
  readonly rows: number;
  /** Every row once, in order; else so many at random. */
  readonly upserts: number | 'each';
  readonly batch: number;
  readonly connections: number;
}

/** A prime. */
const STRIDE = 7919;

type Send = (events: readonly StoreEvent[]) => Promise<unknown>;

async function run({ batch, connections, port, rows, to, upserts }: IntakeClientInput): Promise<Figures> {
  const open = to === 'panelcast' ? httpSender : postgresSender;
  const senders = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const random = new Random(2);
  const total = upserts === 'each' ? rows : upserts;
  let sent = 0;
  const next = (): StoreEvent[] => {
    const from = sent;
    sent += batch;
    // Distinct within a batch, which PostgreSQL insists on, and all over the table.
    const start = random.int(rows);
    return Array.from({ length: Math.min(batch, total - from) }, (_, i) =>
      storeEvent(random, upserts === 'each' ? from + i : (start + i * STRIDE) % rows, from + i),
    );
  };
  const started = performance.now();
  await Promise.all(
    senders.map(async send => {
      while (sent < total) await send(next());
    }),
  );
  return { 'wall ms': performance.now() - started };
}

async function httpSender(port: number): Promise<Send> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return events => postEvents(agent, port, JSON.stringify(events));
}

export function postEvents(agent: Agent, port: number, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/api/events', headers }, response => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`events were answered ${response.statusCode}`)),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

interface PostgresClient {
  connect(): Promise<void>;
  query(query: { name: string; text: string; values: unknown[] }): Promise<unknown>;
}

/** Prepared once a size, then bound: what a good driver does. */
async function postgresSender(port: number): Promise<Send> {
  const { default: pg } = await peerModule<{ default: { Client: new (options: object) => PostgresClient } }>(
    new URL('../peers/node_modules/pg/esm/index.mjs', import.meta.url).href,
  );
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'bench', database: 'postgres' });
  await client.connect();
  const statements = new Map<number, string>();
  return events => {
    const keys = Object.keys(events[0]!);
    const text = statements.get(events.length) ?? postgresUpsertSql(keys, events.length);
    statements.set(events.length, text);
    const values = events.flatMap(event => keys.map(key => event[key]));
    return client.query({ name: `upsert${events.length}`, text, values });
  };
}

await answerAlone(import.meta.filename, run);
