import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../../backend/lib/clock.ts';
import { Capture } from '../../backend/object-server/capture.ts';
import { ChangeLog } from '../../backend/object-server/change-log.ts';
import { openDatabase } from '../../backend/object-server/database.ts';
import { loadDump } from '../../backend/object-server/dump.ts';
import { EventFault, type EventPlan, EventReader, type ReadEvent } from '../../backend/object-server/event-reader.ts';
import { eventsTable } from '../../backend/object-server/events-table.ts';
import { migrate } from '../../backend/object-server/migration.ts';
import { ObjectServer } from '../../backend/object-server/object-server.ts';
import type { Value } from '../../backend/protocol/schema.ts';
import { Random } from '../support/random.ts';

/**
 * Upserts of full events by identifier, uniformly at random over the rows: the worst case for caches and for the log.
 * raw: the same statements on the same tables with the same pragmas, nothing else, from parameters that are ready.
 * capture: and every change captured. log: and every change in the retained log. core: the whole object server, from
 * event objects (so it reads and checks them as well) to answered promises.
 */
export const STORE_LEVELS = ['raw', 'capture', 'log', 'core'] as const;
export type StoreLevel = (typeof STORE_LEVELS)[number];

export interface StoreWorkload {
  readonly level: StoreLevel;
  readonly where: 'memory' | 'file';
  readonly rows: number;
  readonly upserts: number;
  readonly batch: number;
  readonly seed: number;
}

export interface StoreFigures {
  readonly upsertsPerCpuSecond: number;
  readonly cpuMicrosPerUpsert: number;
  readonly wallMicrosPerUpsert: number;
  /** Of the retained log's text; absent where there is none. */
  readonly logBytesPerChange: number | undefined;
  /** Of the database file after a checkpoint, the log included; absent in memory. */
  readonly diskBytesPerRow: number | undefined;
  readonly rssBytes: number;
}

export type StoreEvent = Readonly<Record<string, Value>>;

/** About 353 bytes of values, every column an event can give. */
export function storeEvent(random: Random, row: number, time: number): StoreEvent {
  return {
    identifier: `node${row}:link:${row % 64}`,
    node: `node${row % 5000}.lon.example.net`,
    node_alias: `alias${row % 5000}`,
    site: ['lon', 'par', 'nyc', 'fra'][row % 4]!,
    location: `rack ${row % 97}`,
    service: `service-${row % 31}`,
    agent: `snmp-probe-${row % 7}`,
    manager: 'trapd',
    alert_group: 'LinkState',
    alert_key: `ifIndex.${row % 64}`,
    class: row % 100,
    type: 1,
    severity: random.int(6),
    summary: `Interface GigabitEthernet0/${row % 64} changed state, errors ${random.int(1000)}`,
    last_occurrence: time,
    owner: 'nobody',
    owner_group: 'noc',
    suppressed: 0,
    expires_after: 3600,
    ip: `10.${row % 250}.3.4`,
    url: `https://cmdb.example.net/ci/${row}`,
    extra: `{"circuit":"C${row % 9999}"}`,
  };
}

export async function runStoreWorkload(workload: StoreWorkload): Promise<StoreFigures> {
  const dir = mkdtempSync(join(tmpdir(), 'panelcast-bench-'));
  try {
    if (workload.level === 'core') return await run(workload, new CoreSubject(workload, dir));
    return await run(workload, new RawSubject(workload, dir));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function run<Batch>(workload: StoreWorkload, subject: Subject<Batch>): Promise<StoreFigures> {
  try {
    const random = new Random(workload.seed);
    const rows = Array.from({ length: workload.rows }, (_, row) => row);
    for (let at = 0; at < rows.length; at += 2000)
      await subject.store(subject.prepare(rows.slice(at, at + 2000).map(row => storeEvent(random, row, START_MS))));
    return await measure(workload, random, subject);
  } finally {
    await subject.close();
  }
}

/** In the past, since the store takes a time ahead of its clock as now. */
const START_MS = 1_700_000_000_000;

interface Subject<Batch> {
  /** What is no part of the measured work. */
  prepare(events: readonly StoreEvent[]): Batch;
  store(batch: Batch): Promise<void> | void;
  /** Bytes of the retained log per change, and of the file. */
  logBytesPerChange(): number | undefined;
  fileBytes(): number | undefined;
  close(): Promise<void> | void;
}

async function measure<Batch>(
  { rows, upserts, batch }: StoreWorkload,
  random: Random,
  subject: Subject<Batch>,
): Promise<StoreFigures> {
  let cpu = 0;
  let wall = 0;
  for (let done = 0; done < upserts; ) {
    const batches: Batch[] = [];
    for (let made = 0; made < 10_000 && done < upserts; made += batch, done += batch) {
      const events = Array.from({ length: batch }, () => storeEvent(random, random.int(rows), START_MS + done));
      batches.push(subject.prepare(events));
    }
    const cpuBefore = process.cpuUsage();
    const wallBefore = performance.now();
    for (const events of batches) {
      const stored = subject.store(events);
      if (stored) await stored;
    }
    wall += performance.now() - wallBefore;
    const { user, system } = process.cpuUsage(cpuBefore);
    cpu += user + system;
  }
  const fileBytes = subject.fileBytes();
  return {
    upsertsPerCpuSecond: Math.round((upserts / cpu) * 1e6),
    cpuMicrosPerUpsert: cpu / upserts,
    wallMicrosPerUpsert: (wall * 1000) / upserts,
    logBytesPerChange: subject.logBytesPerChange(),
    diskBytesPerRow: fileBytes === undefined ? undefined : fileBytes / rows,
    rssBytes: process.memoryUsage.rss(),
  };
}

const LIMITS = { logBytesMax: 64 * 1024 * 1024, logAgeMsMax: Number.POSITIVE_INFINITY };

/** Levels raw, capture and log: the statements that the object server runs, in the hands of this loop. */
class RawSubject implements Subject<readonly ReadEvent[]> {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #isFile: boolean;
  readonly #reader = new EventReader(eventsTable());
  readonly #statements = new Map<EventPlan, StatementSync>();
  readonly #capture: Capture | undefined;
  readonly #log: ChangeLog | undefined;
  #serial = 1;

  constructor({ level, where }: StoreWorkload, dir: string) {
    this.#file = join(dir, 'raw.db');
    this.#isFile = where === 'file';
    this.#db = this.#isFile ? openDatabase(this.#file, 'FULL') : loadDump(undefined);
    this.#db.exec('PRAGMA wal_autocheckpoint = 64000');
    const { layout } = migrate(this.#db, [eventsTable()]);
    if (level !== 'raw') this.#capture = new Capture(this.#db, [eventsTable()]);
    if (level === 'log') this.#log = new ChangeLog(this.#db, layout, LIMITS);
  }

  prepare(events: readonly StoreEvent[]): readonly ReadEvent[] {
    return events.map(event => {
      const read = this.#reader.read(event, event.last_occurrence as number);
      if (read instanceof EventFault) throw new Error(read.message);
      return read;
    });
  }

  store(events: readonly ReadEvent[]): void {
    this.#db.exec('BEGIN IMMEDIATE');
    this.#capture?.begin(this.#log?.bounds.head ?? 0);
    for (const event of events) this.#upsert(event);
    const captured = this.#capture?.end();
    if (captured) this.#log?.append(captured.undo, START_MS);
    this.#db.exec('COMMIT');
  }

  #upsert({ plan, parameters }: ReadEvent): void {
    let statement = this.#statements.get(plan);
    if (!statement) {
      statement = this.#db.prepare(plan.sql);
      this.#statements.set(plan, statement);
    }
    parameters[0] = this.#serial;
    if (statement.run(...parameters).lastInsertRowid === this.#serial) this.#serial++;
  }

  logBytesPerChange(): number | undefined {
    return this.#log && logBytesPerChange(this.#log.bytes, this.#log.bounds);
  }

  fileBytes(): number | undefined {
    if (!this.#isFile) return undefined;
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return statSync(this.#file).size;
  }

  close(): void {
    this.#db.close();
  }
}

/** Level core: event objects in, answers out. */
class CoreSubject implements Subject<readonly StoreEvent[]> {
  readonly #server: ObjectServer;

  constructor({ where }: StoreWorkload, dir: string) {
    const options = { clock: SYSTEM_CLOCK, logAgeMsMax: LIMITS.logAgeMsMax };
    this.#server = ObjectServer.open(
      where === 'file' ? { ...options, mode: 'durable', dataDir: dir } : { ...options, mode: 'dump' },
    );
  }

  prepare(events: readonly StoreEvent[]): readonly StoreEvent[] {
    return events;
  }

  async store(events: readonly StoreEvent[]): Promise<void> {
    const answered = this.#server.intake(events);
    this.#server.drain();
    await answered;
  }

  logBytesPerChange(): number {
    return logBytesPerChange(this.#server.logBytes, this.#server.bounds);
  }

  fileBytes(): number | undefined {
    return this.#server.databaseFile === undefined ? undefined : statSync(this.#server.databaseFile).size;
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

function logBytesPerChange(bytes: number, { first, head }: { readonly first: number; readonly head: number }): number {
  return bytes / (head - first + 1);
}

const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
