import type { Change } from '../../backend/object-server/change.ts';
import type { Key, Row, TableSchema, Value } from '../../backend/protocol/schema.ts';
import type { NetChange, ReadSpec, Source } from '../../backend/sources/source.ts';

/** Another source with faults planted in it: reads that fail, and values that do something when they are encoded. */
export class PlantedSource implements Source {
  readonly name: string;
  readonly tables: ReadonlyMap<string, TableSchema>;
  readonly #inner: Source;
  /** Called before each read; throws what the read shall fail with. */
  beforeRead: (spec: ReadSpec) => void = () => {};
  beforeReadOne: () => void = () => {};
  /** Whether it knows what changed after an earlier seq. */
  hasLog = true;
  /** Called for each row image that is pushed; the answer takes its place. */
  replaceRow: (row: Row) => Row = row => row;

  constructor(inner: Source) {
    this.#inner = inner;
    this.name = inner.name;
    this.tables = inner.tables;
  }

  get epoch(): number {
    return this.#inner.epoch;
  }

  get seq(): number {
    return this.#inner.seq;
  }

  get retainedFrom(): number {
    return this.#inner.retainedFrom;
  }

  read(spec: ReadSpec): readonly Row[] {
    this.beforeRead(spec);
    return this.#inner.read(spec);
  }

  readOne(table: TableSchema, key: Key): Row | undefined {
    this.beforeReadOne();
    return this.#inner.readOne(table, key);
  }

  readColumns(spec: ReadSpec, columns: readonly number[]): string {
    this.beforeRead(spec);
    return this.#inner.readColumns(spec, columns);
  }

  changesAfter(seq: number): Iterable<Change> | undefined {
    return this.hasLog ? this.#inner.changesAfter(seq) : undefined;
  }

  netChangesAfter(seq: number): readonly NetChange[] | undefined {
    return this.hasLog ? this.#inner.netChangesAfter(seq) : undefined;
  }

  onChanges(listener: (changes: readonly Change[]) => void): void {
    const image = (row: Row | undefined) => (row === undefined ? undefined : this.replaceRow(row));
    this.#inner.onChanges(changes =>
      listener(changes.map(change => ({ ...change, before: image(change.before), after: image(change.after) }))),
    );
  }
}

/** A value that runs something when it becomes JSON: it takes time, or fails. */
export function onEncoding(run: () => void): Value {
  const toJSON = () => {
    run();
    return null;
  };
  return { toJSON } as unknown as Value;
}
