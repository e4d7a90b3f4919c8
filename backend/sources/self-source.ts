import type { Clock, Timer } from '../lib/clock.ts';
import type { Change } from '../object-server/change.ts';
import type { Position } from '../protocol/messages.ts';
import type { Key, Row, TableSchema } from '../protocol/schema.ts';
import { KeyedRows } from './keyed-rows.ts';
import type { ReadSpec, Source } from './source.ts';

export interface SelfSourceOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly tables: readonly TableSchema[];
  /** All rows of now, of these tables. */
  readonly observe: (tables: readonly string[]) => ReadonlyMap<string, readonly Row[]>;
  readonly isWatched: (table: string) => boolean;
  /** The store's: these rows are not in its log, but a cut speaks of no other place. */
  readonly position: () => Position;
  /** A look failed; the next is an interval later. */
  readonly onFault: (error: unknown) => void;
}

/** Looking at itself may take at most this share of the thread: with very many views it happens less often. */
const SHARE = 0.05;

/**
 * What the notifier knows of itself, as tables that can be asked like any others: the console is a viewer of them. Rows
 * are made at each interval while somebody watches their table, and compared with those before; nobody, nothing. There
 * is no log: who returns gets a snapshot.
 */
export class SelfSource implements Source {
  readonly name = 'panelcast';
  readonly tables: ReadonlyMap<string, TableSchema>;
  readonly #options: SelfSourceOptions;
  readonly #rows: KeyedRows;
  /** Tables whose rows are kept up to date. */
  readonly #live = new Set<string>();
  readonly #listeners: ((changes: readonly Change[]) => void)[] = [];
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: SelfSourceOptions) {
    this.#options = options;
    this.tables = new Map(options.tables.map(table => [table.name, table]));
    this.#rows = new KeyedRows(options.tables);
  }

  get epoch(): number {
    return this.#options.position().epoch;
  }

  get seq(): number {
    return this.#options.position().seq;
  }

  get retainedFrom(): number {
    return this.seq;
  }

  read({ limit, orderBy, table, where }: ReadSpec): readonly Row[] {
    this.#awaken(table.name);
    return this.#rows.selections.select(table.name, {
      where,
      orderBy: [...(orderBy ?? []).map(term => orderTerm(term, table)), { column: table.primaryKey }],
      ...(limit === undefined ? {} : { limit }),
    });
  }

  readOne(table: TableSchema, key: Key): Row | undefined {
    this.#awaken(table.name);
    return this.#rows.get(table.name, key);
  }

  readColumns({ table, where }: ReadSpec, columns: readonly number[]): string {
    this.#awaken(table.name);
    const names = columns.map(index => table.columns[index]!.name);
    return this.#rows.selections.snapshot(table.name, { where, columns: names }, this.seq).values;
  }

  changesAfter(): undefined {
    return undefined;
  }

  netChangesAfter(): undefined {
    return undefined;
  }

  onChanges(listener: (changes: readonly Change[]) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#rows.close();
  }

  /** The first look at a table that nobody watched: there is nobody yet who would have to be told the difference. */
  #awaken(table: string): void {
    if (this.#live.has(table)) return;
    const rows = this.#options.observe([table]).get(table)!;
    this.#rows.replace(table, rows, this.seq);
    this.#live.add(table);
    this.#tickAfter(this.#options.intervalMs);
  }

  #tickAfter(delayMs: number): void {
    if (this.#closed || this.#timer !== undefined || this.#live.size === 0) return;
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#tick();
    });
  }

  #tick(): void {
    const { clock, intervalMs, isWatched } = this.#options;
    for (const table of this.#live) if (!isWatched(table)) this.#live.delete(table);
    const start = clock.monotonicMs();
    const changes: Change[] = [];
    try {
      this.#look(changes);
    } catch (error) {
      this.#options.onFault(error);
    }
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
    this.#tickAfter(Math.max(intervalMs, (clock.monotonicMs() - start) / SHARE));
  }

  /** What it has found when it fails is in the rows already, and has to be pushed. */
  #look(changes: Change[]): void {
    const { seq } = this;
    for (const [table, rows] of this.#options.observe([...this.#live]))
      changes.push(...this.#rows.replace(table, rows, seq));
  }
}

function orderTerm({ columnIndex, desc }: { columnIndex: number; desc: boolean }, table: TableSchema) {
  return { column: table.columns[columnIndex]!.name, desc };
}
