import type { RowSink, ViewChange } from '../views/view.ts';
import { asRowChange } from './all-stream.ts';
import { gapText, snapText } from './encode.ts';
import type { RowsOutput } from './net-stream.ts';
import type { SafQueue } from './saf-queue.ts';
import type { Encode, Stream } from './stream.ts';

/** Rows of one message: about a megabyte, so that a long absence does not come back as one. */
const CHUNK_ROWS = 2000;
/** As many cuts as a viewer may be stale: beyond, everything that is not confirmed is sent again. */
const TAKES_MAX = 120;

/**
 * Mode saf, store and forward: every state change in order, for one durable client. Changes go through the client's
 * queue on disk, also while it is connected, and leave it when the client has confirmed them. `sent` is how far this
 * connection has got; a new connection starts where the last confirmation was. A cut may hold less than everything up to
 * its asOf, so it is remembered which cut began where.
 *
 * What was there when the stream began, its client is told on each connection until it confirms that. It comes after
 * the changes that are spooled, as the rows that there are then: no change is left out for it, and whoever applies both
 * has what is true at the snapshot's asOf, which is the last of those changes.
 */
export class SafStream implements Stream, RowSink {
  readonly wire: string;
  readonly #output: RowsOutput;
  readonly #queue: SafQueue;
  readonly #onDirty: () => void;
  #sent = 0;
  /** The cuts of this connection, oldest first: from which seq on each told. */
  #takes: { readonly asOf: number; readonly from: number }[] = [];
  #behind = false;
  #owesStart = false;
  /** The asOf of the snapshot that this connection was told. */
  #startedAt: number | undefined;
  #attached = false;
  #waiting = false;

  constructor(wire: string, output: RowsOutput, queue: SafQueue, onDirty: () => void) {
    this.wire = wire;
    this.#output = output;
    this.#queue = queue;
    this.#onDirty = onDirty;
  }

  get attached(): boolean {
    return this.#attached;
  }

  get dirty(): boolean {
    return this.#attached && this.#waiting;
  }

  push(change: ViewChange): void {
    this.#queue.add(change.seq, JSON.stringify(asRowChange(change, this.#output)));
    this.wake();
  }

  /** The last cut was full and the client has confirmed all of it: what is left follows at the client's own pace. */
  get wantsMore(): boolean {
    return this.#attached && this.#behind && this.#queue.acked >= this.#sent;
  }

  /** A connection of the client; it says what it has, and gets everything after that. */
  attach(have: number): void {
    this.#attached = true;
    this.#sent = Math.max(have, this.#queue.acked);
    this.#takes = [];
    this.#oweStart();
    this.#waiting = false;
    this.wake();
  }

  /** Whether a client that confirms `seq` has its start with it. */
  hasStart(seq: number): boolean {
    return this.#startedAt !== undefined && seq >= this.#startedAt;
  }

  /** The cuts after this one did not arrive. */
  rewind(asOf: number): void {
    const missed = this.#takes.findIndex(take => take.asOf > asOf);
    if (missed < 0) return;
    const from = missed === 0 && this.#takes.length === TAKES_MAX ? 0 : this.#takes[missed]!.from;
    this.#takes.length = missed;
    this.#sent = Math.max(from, this.#queue.acked);
    this.#oweStart();
    this.wake();
  }

  detach(): void {
    this.#attached = false;
  }

  take(asOf: number): Encode | undefined {
    if (!this.dirty) return undefined;
    this.#waiting = false;
    const from = Math.max(this.#sent, this.#queue.acked);
    this.#sent = from;
    let texts: string[];
    try {
      texts = this.#next(asOf);
      if (this.#owesStart && !this.#behind) texts.push(...this.#start());
    } catch (error) {
      this.#sent = from;
      this.wake();
      throw error;
    }
    if (this.#behind) this.wake();
    if (texts.length === 0) return undefined;
    this.#takes.push({ asOf, from });
    if (this.#takes.length > TAKES_MAX) this.#takes.shift();
    return () => texts;
  }

  /** Rows and gaps in order of seq, up to a chunk of rows. */
  #next(asOf: number): string[] {
    const texts: string[] = [];
    let left = CHUNK_ROWS;
    for (;;) {
      const gap = this.#queue.gapAfter(this.#sent);
      const upTo = gap === undefined ? asOf : Math.min(asOf, gap.from - 1);
      // One more than may be told: the snapshot goes with the last of them, so that to confirm these confirms it too.
      const waiting = this.#queue.read(this.#sent, upTo, left + 1);
      const records = waiting.slice(0, left);
      left -= records.length;
      if (records.length > 0) {
        this.#sent = records.at(-1)!.seq;
        texts.push(
          `{"type":"rows","view":${JSON.stringify(this.wire)},"asOf":${asOf},"changes":[${records.map(({ body }) => body).join(',')}]}`,
        );
      }
      this.#behind = waiting.length > records.length;
      if (this.#behind || gap === undefined || gap.to > asOf) return texts;
      texts.push(gapText({ view: this.wire, from: Math.max(gap.from, this.#sent + 1), to: gap.to }));
      this.#sent = gap.to;
    }
  }

  #oweStart(): void {
    this.#owesStart = !this.#queue.isBegun;
    this.#startedAt = undefined;
  }

  #start(): readonly string[] {
    const texts = this.snapshot(this.#sent, false);
    this.#owesStart = false;
    this.#startedAt = this.#sent;
    return texts;
  }

  /** The rows of now, which are those of `asOf` when that is the last change. */
  snapshot(asOf: number, conflated: boolean): readonly string[] {
    return [
      snapText({ view: this.wire, asOf, fields: this.#output.fields, values: this.#output.snapshotText(), conflated }),
    ];
  }

  /** There may be something to tell. */
  wake(): void {
    if (!this.#attached || this.#waiting) return;
    this.#waiting = true;
    this.#onDirty();
  }
}
