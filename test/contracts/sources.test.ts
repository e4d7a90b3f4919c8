import { eventsTable } from '../../backend/object-server/events-table.ts';
import { ObjectServer } from '../../backend/object-server/object-server.ts';
import type { TableDefinition } from '../../backend/object-server/table-schema.ts';
import type { Row, TableSchema, Value } from '../../backend/protocol/schema.ts';
import { EventsSource } from '../../backend/sources/events-source.ts';
import { SelfSource } from '../../backend/sources/self-source.ts';
import { randomAlarm } from '../support/alarm-table.ts';
import { Random } from '../support/random.ts';
import { SimClock } from '../support/sim-clock.ts';
import { type SourceSubject, sourceContract } from './source-contract.ts';

const TEXTS = ['', 'a', 'A', 'é', '\uffee', '😀', '5', '05', "it's"];

/** A text key, every type, and numbers that no fewer than 17 digits tell apart. */
const ITEMS: TableDefinition = {
  name: 'items',
  primaryKey: 'name',
  columns: [
    { name: 'size', type: 'integer', nullable: true },
    { name: 'name', type: 'text', nullable: false },
    { name: 'cost', type: 'real', nullable: true },
    { name: 'note', type: 'text', nullable: true },
  ],
};

const REALS = [null, 0, 0.1 + 0.2, -1e-300, 1.7976931348623157e308, 2 ** 53 - 1, 1 / 3];

function server(logBytesMax: number): ObjectServer {
  return ObjectServer.open({
    mode: 'dump',
    clock: new SimClock(),
    tables: [eventsTable(), ITEMS],
    expire: false,
    deleteClearedAfterMs: undefined,
    logBytesMax,
  });
}

/** Runs the statement, or fails as it does. */
async function execute(server: ObjectServer, sql: string, params: readonly Value[] = []): Promise<void> {
  const outcome = server.execute(sql, params);
  outcome.catch(() => {});
  await Promise.resolve();
  server.drain();
  await outcome;
}

function storeSubject(table: string, write: (random: Random) => [string, Value[]]): SourceSubject {
  const store = server(20_000);
  const source = new EventsSource(store);
  const change = async (random: Random) => {
    await execute(store, ...write(random));
    // The other table's changes share the log.
    if (random.chance(0.2))
      await execute(
        store,
        `INSERT OR REPLACE INTO ${table === 'items' ? 'events (identifier)' : 'items (name)'} VALUES ('o${random.int(5)}')`,
      );
  };
  return {
    source,
    table: source.tables.get(table)!,
    change,
    put: text =>
      execute(
        store,
        table === 'items'
          ? 'INSERT INTO items (name, note) VALUES (?1, ?1)'
          : 'INSERT INTO events (identifier, summary) VALUES (?1, ?1)',
        [text],
      ),
    forgetOldest: async () => {
      const random = new Random(7);
      while (source.retainedFrom === 0) await change(random);
    },
    close: () => store.close(),
  };
}

function writeEvent(random: Random): [string, Value[]] {
  const identifier = `e${random.int(25)}`;
  const roll = random.int(10);
  if (roll < 6)
    return [
      `INSERT INTO events (identifier, node, site, severity, owner) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET node = excluded.node, severity = excluded.severity, tally = tally + 1`,
      [identifier, random.pick(TEXTS), random.pick(['lon', 'nyc']), random.int(6), random.pick([null, ...TEXTS])],
    ];
  if (roll < 8) return ['UPDATE events SET acknowledged = ? WHERE serial % 3 = ?', [random.int(2), random.int(3)]];
  return ['DELETE FROM events WHERE serial % 7 = ?', [random.int(7)]];
}

function writeItem(random: Random): [string, Value[]] {
  const name = `${random.pick(TEXTS)}${random.int(6)}`;
  const roll = random.int(10);
  if (roll < 6)
    return [
      'INSERT OR REPLACE INTO items (name, size, cost, note) VALUES (?, ?, ?, ?)',
      [name, random.pick([null, 0, -5, 2 ** 52]), random.pick(REALS), random.pick([null, ...TEXTS])],
    ];
  if (roll < 7) return ['UPDATE OR IGNORE items SET name = name || ? WHERE name = ?', ['x', name]];
  if (roll < 9) return ['UPDATE items SET cost = ? WHERE name > ?', [random.pick(REALS), name]];
  return ['DELETE FROM items WHERE name = ?', [name]];
}

sourceContract('the event table', () => storeSubject('events', writeEvent));
sourceContract('a configured table of the store', () => storeSubject('items', writeItem));

const FACTS: TableSchema = {
  name: 'facts',
  primaryKey: 'id',
  columns: [
    { name: 'id', type: 'text', nullable: false },
    { name: 'node', type: 'text', nullable: true },
    { name: 'severity', type: 'integer', nullable: true },
    { name: 'load', type: 'real', nullable: true },
  ],
};

sourceContract("the notifier's own facts", () => {
  const clock = new SimClock();
  const rows = new Map<string, Row>();
  let seq = 1;
  const source = new SelfSource({
    clock,
    intervalMs: 1000,
    tables: [FACTS],
    observe: () => new Map([['facts', [...rows.values()]]]),
    isWatched: () => true,
    position: () => ({ epoch: 1, seq }),
    onFault: error => {
      throw error;
    },
  });
  const put = (row: Row) => void rows.set(row[0] as string, row);
  return {
    source,
    table: FACTS,
    change: random => {
      for (let i = 0; i < 1 + random.int(4); i++) {
        const id = random.int(20);
        const [, node, severity, load] = randomAlarm(random, id);
        if (random.chance(0.3)) rows.delete(`f${id}`);
        else put([`f${id}`, node!, severity!, load!]);
      }
      seq += random.int(3);
      clock.pass(1000);
    },
    put: text => {
      put([`f-${text}`, text, 1, null]);
      clock.pass(1000);
    },
    close: () => source.close(),
  };
});
