import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../lib/assert.ts';
import { diskFull, hasSpace } from '../lib/disk-full.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Row, TableSchema } from '../protocol/schema.ts';
import { type BackupProgress, backupFile } from './backup.ts';
import { Capture } from './capture.ts';
import type { Change } from './change.ts';
import { ChangeLog, type LogBounds } from './change-log.ts';
import { ChangeLogReader, type NetChange } from './change-log-reader.ts';
import { DataDirectory } from './data-directory.ts';
import { openDatabase } from './database.ts';
import { dumpMemory, loadDump } from './dump.ts';
import { DumpedMemory, type Durability, DurableFile, FastFile, Periodic } from './durability.ts';
import { Housekeeping, type HousekeepingOutcome } from './housekeeping.ts';
import { Intake, type IntakeOptions, type IntakeOutcome } from './intake.ts';
import { beginRun, endRun, epochOf } from './lifetime.ts';
import { migrate } from './migration.ts';
import { type CompleteOptions, type ObjectServerOptions, withDefaults } from './object-server-options.ts';
import { Outcomes } from './outcomes.ts';
import type { StatementParameters } from './readers/statement-parameters.ts';
import { type Selection, Selections, type Snapshot } from './snapshot.ts';
import { isWantOfSpace, storageError } from './sqlite-error.ts';
import { StatementGuard } from './statement-guard.ts';
import { type StatementOptions, type StatementOutcome, UserStatements } from './user-statement.ts';
import type { Idempotency, Outcome, Write } from './write.ts';
import { WriteQueue } from './write-queue.ts';
import { Writer } from './writer.ts';

export type CommitListener = (changes: readonly Change[], seq: number) => void;

/** Of the write-ahead log, for each changed row. */
const WAL_BYTES_PER_CHANGE = 1500;

/**
 * The event database: tables, one ordered log of their changes, and one writer. Single-threaded and synchronous: what is
 * queued is done when `drain` is called, and between two drains everything that is read is true at `seq`.
 */
export class ObjectServer {
  readonly tables: readonly TableSchema[];
  /** Number of the run of seqs; it rises when seqs may have been lost and given again. */
  readonly epoch: number;
  /** The database that readers of other processes open; undefined when it is in memory. */
  readonly databaseFile: string | undefined;
  readonly #db: DatabaseSync;
  readonly #options: CompleteOptions;
  readonly #directory: DataDirectory | undefined;
  readonly #durability: Durability | undefined;
  readonly #queue: WriteQueue;
  readonly #outcomes: Outcomes;
  readonly #writer: Writer;
  readonly #log: ChangeLog;
  readonly #logReader: ChangeLogReader;
  readonly #intake: Intake;
  readonly #statements: UserStatements;
  readonly #selections: Selections;
  readonly #housekeeping: Housekeeping;
  readonly #listeners = new Set<CommitListener>();
  #isClosed = false;

  static open(options: ObjectServerOptions): ObjectServer {
    const { dataDir, mode } = options;
    assert(dataDir !== undefined || mode === 'dump', 'a mode that writes files needs a data directory');
    const directory = dataDir === undefined ? undefined : new DataDirectory(dataDir);
    let db: DatabaseSync | undefined;
    try {
      db =
        mode === 'dump' || !directory
          ? loadDump(directory?.database)
          : openDatabase(directory.database, mode === 'durable' ? 'FULL' : 'NORMAL');
      return new ObjectServer(db, directory, withDefaults(options));
    } catch (error) {
      db?.close();
      directory?.release();
      throw startError(error, directory);
    }
  }

  private constructor(db: DatabaseSync, directory: DataDirectory | undefined, options: CompleteOptions) {
    const { tables, clock, mode } = options;
    this.#db = db;
    this.#options = options;
    this.#directory = directory;
    this.tables = tables;
    this.databaseFile = mode === 'dump' ? undefined : directory?.database;
    // A dump has noted the run in its file already.
    this.epoch = mode === 'dump' ? epochOf(db) : beginRun(db, mode);
    const { layout, logIsVoid } = migrate(db, tables);
    const capture = new Capture(db, tables);
    this.#log = new ChangeLog(db, layout, options);
    if (logIsVoid) this.#log.clear(clock.now());
    this.#logReader = new ChangeLogReader(db, tables);
    this.#queue = new WriteQueue(options);
    this.#intake = new Intake(db, capture, tables.find(table => table.name === 'events')!);
    const guard = new StatementGuard(
      db,
      tables.map(table => table.name),
    );
    this.#statements = new UserStatements(db, capture, { guard, tables, done: () => this.#intake.refreshSerial() });
    this.#selections = new Selections(db, tables);
    this.#housekeeping = new Housekeeping(db, capture, options);
    this.#outcomes = new Outcomes(db, options);
    this.#writer = new Writer({
      db,
      queue: this.#queue,
      capture,
      log: this.#log,
      outcomes: this.#outcomes,
      clock,
      changesMax: options.statementChangesMax,
      committed: (changes, seq) => this.#committed(changes, seq),
      spaceLeft: () => directory === undefined || hasSpace(directory.path),
    });
    this.#durability = durabilityOf(db, directory, options);
  }

  /** The last seq given. */
  get seq(): number {
    return this.#log.bounds.head;
  }

  /** What can be read of the retained log. */
  get bounds(): LogBounds {
    return this.#log.bounds;
  }

  get queued(): { readonly writes: number; readonly bytes: number } {
    return { writes: this.#queue.size, bytes: this.#queue.bytes };
  }

  /** Bytes that the retained log holds. */
  get logBytes(): number {
    return this.#log.bytes;
  }

  /** Told of the changes of each commit, after it is as durable as the mode promises and before its writers are. */
  onCommit(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Queues a batch of events; a bad one refuses the batch at once, unless `partial`. */
  async intake(batch: readonly unknown[], options?: IntakeOptions): Promise<IntakeOutcome> {
    return this.#enqueue(this.#intake.write(batch, this.#options.clock.now(), options));
  }

  /** Queues a user's statement that writes. */
  async execute(sql: string, params?: StatementParameters, how?: StatementOptions): Promise<StatementOutcome> {
    return this.#enqueue(this.#statements.write(sql, params, how));
  }

  /** The outcome of the statement with this key; undefined where none has been committed. */
  recall(idempotency: Idempotency): StatementOutcome | undefined {
    return this.#reading(() => this.#outcomes.recall(idempotency, this.#options.clock.now()));
  }

  /** Queues the next slice of the automations. */
  async housekeep(): Promise<HousekeepingOutcome> {
    return this.#enqueue(this.#housekeeping.slice(this.#options.clock.now()));
  }

  /** Does what is queued, at most so many groups; whether anything is left. */
  drain(groupsMax = Number.POSITIVE_INFINITY): boolean {
    for (let i = 0; i < groupsMax && this.#writer.drainGroup(); i++);
    return this.#queue.size > 0;
  }

  select(table: string, selection: Selection = {}): Row[] {
    return this.#reading(() => this.#selections.select(table, selection));
  }

  /** Reads the whole table. */
  count(table: string): number {
    return this.#reading(() => this.#selections.count(table));
  }

  snapshot(table: string, selection: Selection = {}): Snapshot {
    return this.#reading(() => this.#selections.snapshot(table, selection, this.seq));
  }

  /** Retained changes from seq `from` on; undefined when they have been trimmed, empty above the head. */
  readChanges(from: number, limit: number): Change[] | undefined {
    return this.#reading(() => this.#logReader.read(from, limit));
  }

  /** The net difference between the rows after `seq` and now; undefined when it cannot be told any more. */
  netChangesSince(seq: number): NetChange[] | undefined {
    return this.#reading(() => this.#logReader.netSince(seq));
  }

  /** Copies the whole database to a file while it is in use; from memory it is too quick for progress. */
  async backup(file: string, progress?: (progress: BackupProgress) => void): Promise<void> {
    if (this.databaseFile === undefined) await dumpMemory(this.#db, file);
    else await backupFile(this.databaseFile, file, progress);
  }

  /** Brings everything committed to the disk now, whatever the mode. */
  async sync(): Promise<void> {
    await this.#durability?.sync();
  }

  /** Does what is queued, takes nothing more, and leaves one complete file behind. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.drain();
    try {
      this.#endRun();
      await this.#durability?.sync();
    } finally {
      this.#durability?.stop();
      this.#db.close();
      this.#directory?.release();
    }
  }

  /** Without the note the next start only takes this for a run that was killed. */
  #endRun(): void {
    try {
      endRun(this.#db);
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  #enqueue<T extends Outcome>(write: Write<T>): Promise<T> {
    if (this.#isClosed) throw new PanelcastError('stopping', 'the object server is stopping', { retryAfterMs: 1000 });
    const wasIdle = this.#queue.size === 0;
    const outcome = this.#queue.add(write);
    if (wasIdle) this.#options.onWork();
    return outcome;
  }

  #committed(changes: readonly Change[], seq: number): void {
    try {
      for (const listener of this.#listeners) listener(changes, seq);
    } finally {
      this.#durability?.committed(changes.length * WAL_BYTES_PER_CHANGE);
    }
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw storageError(error, () => true) ?? error;
    }
  }
}

function startError(error: unknown, directory: DataDirectory | undefined): unknown {
  const cause = error instanceof PanelcastError ? error.cause : error;
  if (directory && isWantOfSpace(cause, () => hasSpace(directory.path))) return diskFull(directory.path, cause);
  return storageError(error, () => true) ?? error;
}

function durabilityOf(
  db: DatabaseSync,
  directory: DataDirectory | undefined,
  options: CompleteOptions,
): Durability | undefined {
  if (!directory) return undefined;
  const { mode, syncEveryMs, dumpEveryMs } = options;
  const file = directory.database;
  if (mode === 'durable') return new DurableFile(db, file, options);
  if (mode === 'fast') return new Periodic(new FastFile(db, file, options), { ...options, everyMs: syncEveryMs });
  return new Periodic(new DumpedMemory(db, file), { ...options, everyMs: dumpEveryMs });
}
