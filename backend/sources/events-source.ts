import type { Change } from '../object-server/change.ts';
import type { ObjectServer } from '../object-server/object-server.ts';
import type { Key, Row, TableSchema } from '../protocol/schema.ts';
import type { NetChange, ReadSpec, Source } from './source.ts';

/** Changes read from the log at a time: reading walks back from the present, so each step costs the distance. */
const STEP = 10_000;

/** The embedded object server as a source: it lives in this thread, and pushes what it commits. */
export class EventsSource implements Source {
  readonly name = 'events';
  readonly tables: ReadonlyMap<string, TableSchema>;
  readonly #server: ObjectServer;
  /**
   * Net changes up to `#netTo`, by where they begin: the views of all pages that come back after an interruption need the
   * same ones in the same turn, and reading them costs the distance. Held no longer than that turn.
   */
  readonly #net = new Map<number, WeakRef<readonly NetChange[]>>();
  #netTo = 0;

  constructor(server: ObjectServer) {
    this.#server = server;
    this.tables = new Map(server.tables.map(table => [table.name, table]));
  }

  get epoch(): number {
    return this.#server.epoch;
  }

  get seq(): number {
    return this.#server.seq;
  }

  get retainedFrom(): number {
    return this.#server.bounds.first - 1;
  }

  read(spec: ReadSpec): readonly Row[] {
    return this.#server.select(spec.table.name, selectionOf(spec));
  }

  readOne(table: TableSchema, key: Key): Row | undefined {
    const where = { sql: `"${table.primaryKey}" = ?`, params: [key] };
    return this.#server.select(table.name, { where })[0];
  }

  readColumns(spec: ReadSpec, columns: readonly number[]): string {
    const names = columns.map(index => spec.table.columns[index]!.name);
    return this.#server.snapshot(spec.table.name, { ...selectionOf(spec), columns: names }).values;
  }

  changesAfter(seq: number): Iterable<Change> | undefined {
    return seq < this.retainedFrom ? undefined : this.#walk(seq);
  }

  netChangesAfter(seq: number): readonly NetChange[] | undefined {
    if (this.#netTo !== this.seq) this.#net.clear();
    this.#netTo = this.seq;
    const known = this.#net.get(seq)?.deref();
    if (known !== undefined) return known;
    const changes = this.#server.netChangesSince(seq);
    if (changes !== undefined) this.#net.set(seq, new WeakRef(changes));
    return changes;
  }

  onChanges(listener: (changes: readonly Change[]) => void): void {
    this.#server.onCommit(listener);
  }

  *#walk(seq: number): Generator<Change> {
    let from = seq + 1;
    for (;;) {
      const changes = this.#server.readChanges(from, STEP);
      if (changes === undefined || changes.length === 0) return;
      yield* changes;
      from = changes.at(-1)!.seq + 1;
    }
  }
}

function selectionOf({ limit, orderBy, table, where }: ReadSpec) {
  const order = orderBy?.map(({ columnIndex, desc }) => ({ column: table.columns[columnIndex]!.name, desc }));
  return {
    where,
    ...(order === undefined ? {} : { orderBy: [...order, { column: table.primaryKey }] }),
    ...(limit === undefined ? {} : { limit }),
  };
}
