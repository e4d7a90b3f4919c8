import type { RowSink, ViewChange } from '../views/view.ts';
import { asRowChange } from './all-stream.ts';
import { gapText, snapText } from './encode.ts';
import type { RowsOutput } from './net-stream.ts';
import type { SafQueue } from './saf-queue.ts';
import type { Encode, Stream } from './stream.ts';

/** Rows of one message: about a megabyte, so that a long absence does not come back as one. */
const CHUNK_ROWS = 2000;

/**
 * Mode saf, store and forward: every state change in order, for one durable client. Changes go through the client's
 * queue on disk, also while it is connected, and leave it when the client has confirmed them. `sent` is how far this
 * connection has got; a new connection starts where the last confirmation was.
 */
export class SafStream implements Stream, RowSink {
  readonly wire: string;
  readonly #output: RowsOutput;
  readonly #queue: SafQueue;
  readonly #onDirty: () => void;
  #sent = 0;
  #attached = false;
  #waiting = false;

  constructor(wire: string, output: RowsOutput, queue: SafQueue, onDirty: () => void) {
    this.wire = wire;
    this.#output = output;
    this.#queue = queue;
    this.#onDirty = onDirty;
  }

  get dirty(): boolean {
    return this.#attached && this.#waiting;
  }

  push(change: ViewChange): void {
    this.#queue.add(change.seq, JSON.stringify(asRowChange(change, this.#output)));
    this.#wake();
  }

  /** A connection of the client; it says what it has, and gets everything after that. */
  attach(have: number): void {
    this.#attached = true;
    this.#sent = Math.max(have, this.#queue.acked);
    this.#waiting = false;
    this.#wake();
  }

  /** Frames after this seq did not arrive. */
  rewind(seq: number): void {
    this.#sent = Math.max(Math.min(this.#sent, seq), this.#queue.acked);
    this.#wake();
  }

  detach(): void {
    this.#attached = false;
  }

  take(asOf: number): Encode | undefined {
    if (!this.dirty) return undefined;
    this.#waiting = false;
    const texts: string[] = [];
    const gap = this.#queue.gap;
    if (gap !== undefined && gap.to > this.#sent) {
      texts.push(gapText({ view: this.wire, from: Math.max(gap.from, this.#sent + 1), to: gap.to }));
      this.#sent = gap.to;
    }
    const records = this.#queue.read(this.#sent, asOf, CHUNK_ROWS);
    if (records.length > 0) {
      this.#sent = records.at(-1)!.seq;
      texts.push(
        `{"type":"rows","view":${JSON.stringify(this.wire)},"asOf":${asOf},"changes":[${records.map(({ body }) => body).join(',')}]}`,
      );
    }
    if (records.length === CHUNK_ROWS) this.#wake();
    return texts.length > 0 ? () => texts : undefined;
  }

  /** What a client that comes for the first time starts from. */
  snapshot(asOf: number, conflated: boolean): readonly string[] {
    return [
      snapText({ view: this.wire, asOf, fields: this.#output.fields, values: this.#output.snapshotText(), conflated }),
    ];
  }

  #wake(): void {
    if (!this.#attached || this.#waiting) return;
    this.#waiting = true;
    this.#onDirty();
  }
}
