import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../../backend/lib/system-clock.ts';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { ObjectServer } from '../../../backend/object-server/object-server.ts';
import { Random } from '../../support/random.ts';
import { type StoreEvent, storeEvent } from '../store-workload.ts';
import { answerAlone } from '../support/alone.ts';
import type { Figures } from '../support/benchmark.ts';
import { cpuMsOf } from '../support/cpu.ts';

export interface SizeInput {
  readonly what: 'panelcast' | 'raw' | 'map';
  readonly rows: number;
  /** Where the store is left. */
  readonly dir: string;
}

const BATCH = 2000;
const SNAPSHOT_ROWS = 100_000;

function* batches(rows: number): Generator<StoreEvent[]> {
  const random = new Random(1);
  for (let from = 0; from < rows; from += BATCH)
    yield Array.from({ length: Math.min(BATCH, rows - from) }, (_, i) => storeEvent(random, from + i, 1.8e12));
}

async function run({ dir, rows, what }: SizeInput): Promise<Figures> {
  if (what === 'map') return map(rows);
  return what === 'raw' ? raw(dir, rows) : panelcast(dir, rows);
}

async function panelcast(dir: string, rows: number): Promise<Figures> {
  const server = ObjectServer.open({ mode: 'durable', dataDir: dir, clock: systemClock, expire: false });
  for (const events of batches(rows)) {
    void server.intake(events);
    server.drain();
  }
  const chosen = Math.min(rows, SNAPSHOT_ROWS);
  const cpuMs = await cpuMsOf(() => server.snapshot('events', { limit: chosen }));
  const file = server.databaseFile!;
  await server.close();
  return { 'disk B a row': statSync(file).size / rows, 'snapshot CPU µs a row': (cpuMs * 1000) / chosen };
}

async function raw(dir: string, rows: number): Promise<Figures> {
  const file = join(dir, 'raw.db');
  const db = new DatabaseSync(file);
  const columns = eventsTable().columns.map(({ name }) => name);
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA page_size=1024');
  db.exec(`CREATE TABLE events (${columns.join(', ')}, PRIMARY KEY (serial), UNIQUE (identifier))`);
  const insert = db.prepare(`INSERT INTO events (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
  let serial = 0;
  for (const events of batches(rows)) {
    db.exec('BEGIN');
    for (const event of events)
      insert.run(...columns.map(name => (name === 'serial' ? ++serial : (event[name] ?? null))));
    db.exec('COMMIT');
  }
  const chosen = Math.min(rows, SNAPSHOT_ROWS);
  const select = db.prepare(`SELECT * FROM events LIMIT ${chosen}`);
  select.setReturnArrays(true);
  const cpuMs = await cpuMsOf(() => JSON.stringify(select.all()));
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  return { 'disk B a row': statSync(file).size / rows, 'snapshot CPU µs a row': (cpuMs * 1000) / chosen };
}

async function map(rows: number): Promise<Figures> {
  const before = process.memoryUsage.rss();
  const kept = new Map<string, StoreEvent>();
  for (const events of batches(rows)) for (const event of events) kept.set(event.identifier as string, event);
  globalThis.gc?.();
  const grown = process.memoryUsage.rss() - before;
  const some = [...kept.values()].slice(0, SNAPSHOT_ROWS);
  const cpuMs = await cpuMsOf(() => JSON.stringify(some));
  return { 'RSS B a row': grown / rows, 'snapshot CPU µs a row': (cpuMs * 1000) / some.length };
}

await answerAlone(import.meta.filename, run);
