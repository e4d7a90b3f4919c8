import type { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { Capture, type CaptureMark } from '../../../backend/object-server/capture.ts';
import type { Change } from '../../../backend/object-server/change.ts';
import { ChangeLog } from '../../../backend/object-server/change-log.ts';
import { ChangeLogReader } from '../../../backend/object-server/change-log-reader.ts';
import { loadDump } from '../../../backend/object-server/dump.ts';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { migrate } from '../../../backend/object-server/migration.ts';
import { parseTables } from '../../../backend/object-server/table-schema.ts';
import type { Key, Row, Value } from '../../../backend/protocol/schema.ts';
import type { Random } from '../../support/random.ts';

export type HistoryStep =
  | { readonly do: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'rollback to savepoint' }
  | { readonly do: 'run'; readonly sql: string; readonly params: readonly Value[] };

export const HISTORY_TABLES = [
  ...parseTables([
    {
      name: 'link',
      primaryKey: 'id',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'text' },
        { name: 'load', type: 'integer', nullable: false, default: 0 },
        { name: 'share', type: 'real' },
        { name: 'note', type: 'text' },
      ],
    },
    {
      name: 'site',
      primaryKey: 'code',
      columns: [
        { name: 'code', type: 'text' },
        { name: 'seen', type: 'integer' },
      ],
    },
  ]),
  eventsTable(),
];

/** Triggers that change the same row again, other rows and other tables, before and after what set them off. */
const TRIGGERS = `
  CREATE UNIQUE INDEX link_name ON link (name);
  CREATE TRIGGER link_negative AFTER INSERT ON link WHEN NEW.load < 0 BEGIN
    UPDATE link SET load = -NEW.load WHERE id = NEW.id;
  END;
  CREATE TRIGGER link_updated AFTER UPDATE ON link BEGIN
    INSERT INTO site (code, seen) VALUES (coalesce(NEW.name, 'none'), 1)
      ON CONFLICT (code) DO UPDATE SET seen = seen + 1;
    UPDATE link SET note = 'second' WHERE id = NEW.id AND NEW.note = 'first';
  END;
  CREATE TRIGGER link_leaves BEFORE DELETE ON link BEGIN
    INSERT INTO site (code, seen) VALUES ('left ' || OLD.id, 0) ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER link_left AFTER DELETE ON link WHEN OLD.id % 3 = 0 BEGIN
    DELETE FROM site WHERE code = OLD.name;
  END;
  CREATE TRIGGER link_refused BEFORE UPDATE ON link WHEN NEW.load = 666 BEGIN
    SELECT RAISE(ABORT, 'refused');
  END;
`;

/** Texts that have been trouble: empty, numbers in disguise, quotes, several planes of Unicode. */
const TEXTS: readonly Value[] = [null, '', '0', '5', "o'k", 'É', '😀', 'first', '\uffff', 'a\nb', '"', '\\'];
const REALS: readonly Value[] = [null, 0, -0, 0.1, 1e300, 1e-300, 3];

const STATEMENTS: readonly ((random: Random) => [sql: string, ...params: Value[]])[] = [
  r => ['INSERT INTO link (id, name, load, share, note) VALUES (?, ?, ?, ?, ?)', id(r), ...link(r)],
  r => ['REPLACE INTO link (id, name, load, share, note) VALUES (?, ?, ?, ?, ?)', id(r), ...link(r)],
  r => ['INSERT OR IGNORE INTO link (id, name, load, share, note) VALUES (?, ?, ?, ?, ?)', id(r), ...link(r)],
  r => [
    `INSERT INTO link (id, name, load, share, note) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET load = load + 1, note = excluded.note`,
    id(r),
    ...link(r),
  ],
  r => [
    'INSERT INTO link (id, name) VALUES (?, ?), (?, ?), (?, ?)',
    ...[id(r), r.pick(TEXTS), id(r), r.pick(TEXTS), id(r), r.pick(TEXTS)],
  ],
  r => ['UPDATE link SET load = load + ? WHERE id < ?', r.int(3), id(r)],
  r => ['UPDATE OR REPLACE link SET name = ? WHERE id = ?', r.pick(TEXTS), id(r)],
  r => ['UPDATE OR IGNORE link SET id = id + ? WHERE id > ?', r.int(3), id(r)],
  r => ['UPDATE OR FAIL link SET name = ? WHERE id > ?', r.pick(TEXTS), id(r)],
  r => ['UPDATE link SET id = ? WHERE id = ?', id(r), id(r)],
  r => ['UPDATE link SET note = note, load = load WHERE id > ?', id(r)],
  r => ['UPDATE link SET load = 666 WHERE id = ?', id(r)],
  r => ['UPDATE link SET note = ?, share = ? WHERE id % 2 = ?', r.pick(TEXTS), r.pick(REALS), r.int(2)],
  r => ['DELETE FROM link WHERE id = ?', id(r)],
  r => ['DELETE FROM link WHERE id % 4 = ?', r.int(4)],
  () => ['DELETE FROM site'],
  r => ['UPDATE site SET code = code || ? WHERE seen = ?', String(r.int(3)), r.int(3)],
  r => ['INSERT INTO site SELECT note, load FROM link WHERE note IS NOT NULL AND id < ? ON CONFLICT DO NOTHING', id(r)],
];

export function historySteps(random: Random, length: number): HistoryStep[] {
  return Array.from({ length }, (): HistoryStep => {
    if (random.chance(0.3))
      return { do: random.pick(['begin', 'commit', 'commit', 'rollback', 'savepoint', 'rollback to savepoint']) };
    const [sql, ...params] = random.pick(STATEMENTS)(random);
    return { do: 'run', sql, params };
  });
}

/** Runs a history, and after every transaction holds what was captured against what is in the tables. */
export function runHistory(steps: readonly HistoryStep[]): void {
  const history = new CapturedHistory();
  try {
    for (const step of steps) history.step(step);
    history.step({ do: 'commit' });
    history.checkLog();
  } finally {
    history.close();
  }
}

class CapturedHistory {
  readonly #db: DatabaseSync;
  readonly #capture: Capture;
  readonly #log: ChangeLog;
  readonly #replayed = HISTORY_TABLES.map(() => new Map<Key, Row>());
  readonly #all: Change[] = [];
  #savepoints: CaptureMark[] = [];

  constructor() {
    this.#db = loadDump(undefined);
    const { layout } = migrate(this.#db, HISTORY_TABLES);
    this.#db.exec(TRIGGERS);
    this.#capture = new Capture(this.#db, HISTORY_TABLES);
    this.#log = new ChangeLog(this.#db, layout, { logBytesMax: 1e9, logAgeMsMax: 1e9 });
  }

  close(): void {
    this.#db.close();
  }

  step(step: HistoryStep): void {
    const isOpen = this.#db.isTransaction;
    if (step.do === 'begin' && !isOpen) this.#begin();
    else if (step.do === 'commit' && isOpen) this.#commit();
    else if (step.do === 'rollback' && isOpen) this.#rollback();
    else if (step.do === 'savepoint' && isOpen) {
      this.#db.exec('SAVEPOINT here');
      this.#savepoints.push(this.#capture.mark());
    } else if (step.do === 'rollback to savepoint' && this.#savepoints.length > 0) {
      this.#db.exec('ROLLBACK TO here; RELEASE here');
      this.#capture.truncate(this.#savepoints.pop()!);
    } else if (step.do === 'run') this.#run(step.sql, step.params);
  }

  #run(sql: string, params: readonly Value[]): void {
    const isOwn = !this.#db.isTransaction;
    if (isOwn) this.#begin();
    const mark = this.#capture.mark();
    this.#db.exec('SAVEPOINT statement');
    try {
      this.#db.prepare(sql).run(...params);
      this.#db.exec('RELEASE statement');
    } catch {
      this.#db.exec('ROLLBACK TO statement; RELEASE statement');
      this.#capture.truncate(mark);
    }
    if (isOwn) this.#commit();
  }

  #begin(): void {
    this.#db.exec('BEGIN');
    this.#capture.begin(this.#log.bounds.head);
    this.#savepoints = [];
  }

  #rollback(): void {
    this.#capture.end();
    this.#db.exec('ROLLBACK');
    this.#savepoints = [];
    this.#compare();
  }

  #commit(): void {
    const { changes, undo } = this.#capture.end();
    this.#log.append(undo, 0);
    this.#db.exec('COMMIT');
    this.#savepoints = [];
    for (const change of changes) this.#replay(change);
    this.#compare();
  }

  #replay(change: Change): void {
    expect(change.seq).toBe(this.#all.length + 1);
    const rows = this.#replayed[HISTORY_TABLES.findIndex(table => table.name === change.table)]!;
    expect(rows.get(change.key)).toEqual(change.before);
    expect(change.after).not.toEqual(change.before);
    if (change.after) rows.set(change.key, change.after);
    else rows.delete(change.key);
    this.#all.push(change);
  }

  #compare(): void {
    HISTORY_TABLES.forEach((table, i) => {
      const select = this.#db.prepare(`SELECT * FROM ${table.name} ORDER BY ${table.primaryKey}`);
      select.setReturnArrays(true);
      const stored = select.all() as unknown as Row[];
      const keyAt = table.columns.findIndex(column => column.name === table.primaryKey);
      expect(this.#replayed[i]!.size).toBe(stored.length);
      for (const row of stored) expect(this.#replayed[i]!.get(row[keyAt] as Key)).toEqual(row);
    });
  }

  /** What is read back from the log is what was handed over, from the first seq and from one in the middle. */
  checkLog(): void {
    const reader = new ChangeLogReader(this.#db, HISTORY_TABLES);
    expect(reader.read(1, 1e9)).toEqual(this.#all);
    const middle = Math.ceil(this.#all.length / 2);
    if (middle > 0) expect(reader.read(middle, 7)).toEqual(this.#all.slice(middle - 1, middle + 6));
    this.#checkNet(reader, middle);
  }

  #checkNet(reader: ChangeLogReader, seq: number): void {
    const touched = new Map<string, { before: Row | undefined; after: Row | undefined }>();
    for (const { table, key, before, after } of this.#all.slice(seq)) {
      const id = JSON.stringify([table, key]);
      touched.set(id, { before: touched.has(id) ? touched.get(id)!.before : before, after });
    }
    const net = reader.netSince(seq)!;
    expect(
      new Map(net.map(({ table, key, before, after }) => [JSON.stringify([table, key]), { before, after }])),
    ).toEqual(touched);
  }
}

function id(random: Random): number {
  return random.int(12) - 1;
}

function link(random: Random): Value[] {
  return [random.pick(TEXTS), random.int(5) - 2, random.pick(REALS), random.pick(TEXTS)];
}
