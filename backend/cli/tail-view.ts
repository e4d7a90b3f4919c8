import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Columns, Cut, Delta, Field, Gap, Metric, Position, Rows, Series, Snap } from '../protocol/messages.ts';
import type { Key, Row, Value } from '../protocol/schema.ts';
import type { TailLine } from './tail-line.ts';

export type ViewFrame = Snap | Delta | Rows | Metric | Series | Gap;

/** One view as tail follows it over any number of connections: frames in, lines out at each cut. */
export interface TailView {
  /** What a new connection goes on from; undefined for a fresh start. */
  readonly position: Position | undefined;
  /** On a new connection, before its first cut: the registration's names, and the frames' order where no snap tells. */
  opened(epoch: number, fields: readonly Field[], order: readonly Field[]): void;
  /** What has come since the last cut takes effect. */
  cut(frames: readonly ViewFrame[], cut: Cut): readonly TailLine[];
}

type RowObject = Readonly<Record<string, Value>>;

/** Turns a frame's row into an object under the registration's names, in its order. */
class RowNames {
  readonly #names: readonly (readonly [name: string, index: number])[];
  readonly keyIndex: number;

  constructor(own: readonly Field[], frame: readonly Field[]) {
    this.#names = own.map(({ name, of }) => [name, frame.findIndex(field => field.name === (of ?? name))]);
    this.keyIndex = frame.findIndex(({ key }) => key === true);
  }

  object(row: Row): RowObject {
    return Object.fromEntries(this.#names.map(([name, index]) => [name, row[index] ?? null]));
  }
}

/** Modes all and saf: the changes themselves, each once and in order of seq. Rows that were there before are none. */
export class ChangesView implements TailView {
  #position: Position | undefined;
  #own: readonly Field[] = [];
  #names: RowNames | undefined;
  #epoch = 0;

  constructor(position: Position | undefined) {
    this.#position = position;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  opened(epoch: number, fields: readonly Field[], order: readonly Field[]): void {
    this.#epoch = epoch;
    this.#own = fields;
    this.#names = new RowNames(fields, order);
  }

  cut(frames: readonly ViewFrame[], { asOf }: Cut): readonly TailLine[] {
    const { epoch, seq } = this.#position ?? { epoch: this.#epoch, seq: 0 };
    if (epoch === this.#epoch && asOf < seq)
      throw new PanelcastError(
        'conflict',
        `the notifier is at seq ${asOf}, but this tail has been at ${seq}: it has another store now; start with another --output or --state`,
      );
    return frames.flatMap(frame => this.#lines(frame));
  }

  #lines(frame: ViewFrame): TailLine[] {
    if (frame.type === 'rows') return frame.changes.flatMap(change => this.#change(change));
    if (frame.type === 'gap') return this.#gap(frame.from, frame.to);
    if (frame.type !== 'snap') return [];
    this.#names = new RowNames(this.#own, frame.fields);
    // A first snapshot is where the changes begin; a later one stands for changes that were not told.
    if (this.#position !== undefined) return this.#gap(this.#last + 1, frame.asOf);
    this.#position = { epoch: this.#epoch, seq: frame.asOf };
    return [];
  }

  #change({ key, op, seq, values }: Rows['changes'][number]): TailLine[] {
    if (seq <= this.#last) return [];
    this.#position = { epoch: this.#epoch, seq };
    return [{ epoch: this.#epoch, seq, op, key, row: this.#names!.object(values) }];
  }

  #gap(from: number, to: number): TailLine[] {
    const first = Math.max(from, this.#last + 1);
    if (to < first) return [];
    this.#position = { epoch: this.#epoch, seq: to };
    return [{ epoch: this.#epoch, op: 'gap', from: first, to }];
  }

  /** Seqs of an epoch that has ended say nothing about those of this one. */
  get #last(): number {
    return this.#position?.epoch === this.#epoch ? this.#position.seq : 0;
  }
}

/** Modes net and immediate: the rows are kept, so that a change can be told from a row that was there. */
export class StateView implements TailView {
  readonly #rows = new Map<Key, RowObject>();
  #position: Position | undefined;
  #own: readonly Field[] = [];
  #names: RowNames | undefined;
  #epoch = 0;
  #hasBegun = false;

  get position(): Position | undefined {
    return this.#position;
  }

  opened(epoch: number, fields: readonly Field[], order: readonly Field[]): void {
    this.#epoch = epoch;
    this.#own = fields;
    this.#names ??= new RowNames(fields, order);
  }

  cut(frames: readonly ViewFrame[], _cut: Cut): readonly TailLine[] {
    return frames.flatMap(frame => this.#lines(frame));
  }

  #lines(frame: ViewFrame): TailLine[] {
    if (frame.type !== 'snap' && frame.type !== 'delta') return [];
    const { asOf } = frame;
    this.#position = { epoch: this.#epoch, seq: asOf };
    if (frame.type === 'delta') return [...this.#upsert(frame.upsert, asOf), ...this.#remove(frame.remove ?? [], asOf)];
    this.#names = new RowNames(this.#own, frame.fields);
    const here = new Set(frame.values[this.#names.keyIndex] as readonly Key[]);
    const gone = [...this.#rows.keys()].filter(key => !here.has(key));
    const lines = [...this.#upsert(frame.values, asOf), ...this.#remove(gone, asOf)];
    this.#hasBegun = true;
    return lines;
  }

  #upsert(columns: Columns = [], asOf: number): TailLine[] {
    const lines: TailLine[] = [];
    const names = this.#names!;
    for (const [i, key] of ((columns[names.keyIndex] ?? []) as readonly Key[]).entries()) {
      const row = names.object(columns.map(column => column[i]!));
      const before = this.#rows.get(key);
      this.#rows.set(key, row);
      const line = { epoch: this.#epoch, asOf, key, row };
      if (before === undefined) lines.push({ ...line, op: this.#hasBegun ? 'enter' : 'row' });
      else {
        const changed = Object.keys(row).filter(name => row[name] !== before[name]);
        if (changed.length > 0) lines.push({ ...line, op: 'update', changed });
      }
    }
    return lines;
  }

  #remove(keys: readonly Key[], asOf: number): TailLine[] {
    return keys.flatMap((key): TailLine[] => {
      const row = this.#rows.get(key);
      if (row === undefined) return [];
      this.#rows.delete(key);
      return [{ epoch: this.#epoch, asOf, op: 'leave', key, row }];
    });
  }
}

/** Metrics: the groups whose values changed, and those that are no more. */
export class MetricView implements TailView {
  readonly #groupBy: readonly string[];
  #groups = new Map<string, RowObject>();
  #own: readonly Field[] = [];
  #epoch = 0;

  constructor(groupBy: readonly string[]) {
    this.#groupBy = groupBy;
  }

  /** Metrics are always told as they are. */
  get position(): Position | undefined {
    return undefined;
  }

  opened(epoch: number, fields: readonly Field[]): void {
    this.#epoch = epoch;
    this.#own = fields;
  }

  cut(frames: readonly ViewFrame[], _cut: Cut): readonly TailLine[] {
    const frame = frames.findLast(({ type }) => type === 'metric') as Metric | undefined;
    return frame === undefined ? [] : this.#compare(frame);
  }

  #compare({ asOf, fields, values }: Metric): TailLine[] {
    const names = new RowNames(this.#own, fields);
    const groups = new Map<string, RowObject>();
    for (let i = 0; i < (values[0]?.length ?? 0); i++) {
      const row = names.object(values.map(column => column[i]!));
      groups.set(JSON.stringify(this.#groupBy.map(name => row[name])), row);
    }
    const lines: TailLine[] = [];
    for (const [group, row] of groups)
      if (JSON.stringify(row) !== JSON.stringify(this.#groups.get(group)))
        lines.push({ epoch: this.#epoch, asOf, op: 'metric', row });
    for (const [group, row] of this.#groups)
      if (!groups.has(group)) lines.push({ epoch: this.#epoch, asOf, op: 'leave', row });
    this.#groups = groups;
    return lines;
  }
}
