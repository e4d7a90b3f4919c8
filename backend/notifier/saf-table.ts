import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Position } from '../protocol/messages.ts';
import type { Request } from '../protocol/request.ts';
import type { Source } from '../sources/source.ts';
import { SafStream } from '../streams/saf-stream.ts';
import type { Spool, SpooledStream, SpoolRecord } from '../streams/spool.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import { type ResolvedRequest, spellOut } from '../views/resolve-request.ts';
import { loggedChange } from './logged-change.ts';

export interface SafTableOptions {
  readonly spool: Spool;
  readonly store: Source;
  readonly now: () => number;
  readonly resolve: (request: Request) => ResolvedRequest;
  readonly obtain: (request: ResolvedRequest) => ViewEntry;
  /** A stream of the view is no more. */
  readonly release: (entry: ViewEntry) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/** One durable client's stream of one view, whether or not somebody listens. */
export interface SafEntry {
  readonly spooled: SpooledStream;
  readonly entry: ViewEntry;
  readonly stream: SafStream;
  /** Told by whoever connects it to a connection. */
  onDirty: () => void;
}

export interface SafOpening {
  readonly resolved: ResolvedRequest;
  /** What the client says it has, if it had this stream before. */
  readonly since: number | undefined;
}

/** A commit without a change for any client moves the mark this often: a crash then re-reads no more of the log. */
const MARK_EVERY = 5000;

/**
 * The store-and-forward streams. They belong to client names, not to connections: each keeps its view alive and its
 * output on disk. Invariant: after `committed`, the spool has every change up to the store's seq for every stream.
 */
export class SafTable {
  readonly #options: SafTableOptions;
  readonly #entries = new Map<string, SafEntry>();
  #records: SpoolRecord[] = [];
  #marked = 0;

  constructor(options: SafTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytesByClient(): Record<string, number> {
    return this.#options.spool.bytesByClient;
  }

  /**
   * After a start: the streams that were there, brought up to the store from its log. One that means nothing any more
   * is let go; its client is told what it missed when it opens another.
   */
  restore(): void {
    const { onFault, resolve, spool, store } = this.#options;
    for (const spooled of spool.streams) {
      try {
        this.seen(this.#add(spooled, resolve(JSON.parse(spooled.request) as Request)));
      } catch (error) {
        spool.drop(spooled.id);
        onFault(`store-and-forward stream of ${spooled.client}`, error);
      }
    }
    const { epoch, processed } = spool.position ?? { epoch: store.epoch, processed: store.seq };
    const common = Math.min(processed, store.seq);
    spool.together(() => {
      if (epoch !== store.epoch || processed > store.seq) spool.beginEpoch(store.epoch, common);
      this.#catchUp([...this.#entries.values()], common);
      this.#mark();
    });
  }

  /** What a returning client has of the history that is now, or undefined when that cannot be told. */
  sinceOf({ epoch, seq }: Position): number | undefined {
    const { spool, store } = this.#options;
    if (epoch === store.epoch) return Math.min(seq, store.seq);
    const common = spool.commonWith(epoch);
    return common === undefined ? undefined : Math.min(seq, common);
  }

  /** The stream of this client and view. */
  open(client: string, { resolved, since }: SafOpening): { saf: SafEntry; isNew: boolean } {
    const key = `${resolved.setKey} ${resolved.viewKey}`;
    const known = this.#entries.get(keyOf({ client, key }));
    if (known !== undefined) return { saf: known, isNew: false };
    this.committed();
    return {
      saf: this.#create({ client, key, request: JSON.stringify(spellOut(resolved)), since }, resolved),
      isNew: since === undefined,
    };
  }

  ack(saf: SafEntry, seq: number): void {
    this.#options.spool.ack(saf.spooled.id, Math.min(seq, this.#options.store.seq));
  }

  /** After each commit: what the streams were given goes to disk in one transaction, or waits here for the next. */
  committed(): void {
    if (this.#entries.size === 0) return;
    if (this.#records.length === 0 && this.#options.store.seq - this.#marked < MARK_EVERY) return;
    this.#attempt(() => this.#mark());
  }

  /** A client that comes and goes is there from its opening to its end. */
  seen(saf: SafEntry): void {
    const { now, spool } = this.#options;
    this.#attempt(() => spool.seen(saf.spooled.id, now()));
  }

  /** Lets go of what is beyond the bounds, and of whole streams whose clients do not come any more. */
  trim(): void {
    this.#attempt(() => {
      this.#options.spool.trim(this.#options.now());
      this.#letGoForsaken();
    });
  }

  /** What could not be written is taken from the log at the next start. */
  close(): void {
    if (this.#entries.size > 0) this.#attempt(() => this.#mark());
    this.#options.spool.close();
  }

  #letGoForsaken(): void {
    const { now, release, spool } = this.#options;
    for (const saf of this.#entries.values()) {
      if (saf.stream.attached || !spool.isForsaken(saf.spooled.id, now())) continue;
      spool.drop(saf.spooled.id);
      this.#remove(saf);
      release(saf.entry);
    }
  }

  /** Where the disk refuses, it may take it the next time: nothing else has to stop for that. */
  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#options.onFault('the spool of store-and-forward streams', error);
    }
  }

  #mark(): void {
    const { now, spool, store } = this.#options;
    spool.append(this.#records, { epoch: store.epoch, processed: store.seq }, now());
    this.#records = [];
    this.#marked = store.seq;
  }

  /** With what the log still has for it, as one transaction: after a kill it is there as a whole or not at all. */
  #create(of: Omit<SpooledStream, 'id' | 'start'> & Pick<SafOpening, 'since'>, resolved: ResolvedRequest): SafEntry {
    const { release, spool, store } = this.#options;
    const { since, ...stream } = of;
    const start = Math.min(since ?? store.seq, store.seq);
    let saf: SafEntry | undefined;
    const waiting = { records: this.#records, marked: this.#marked };
    try {
      spool.together(() => {
        saf = this.#add(spool.create({ ...stream, start }), resolved);
        this.#catchUp([saf], start);
        this.#mark();
      });
    } catch (error) {
      // What was written for the other streams has been taken back with it.
      this.#records = waiting.records;
      this.#marked = waiting.marked;
      if (saf !== undefined) {
        this.#remove(saf);
        release(saf.entry);
      }
      throw error;
    }
    return saf!;
  }

  /** With what waits to be written for it: the next stream may have its number. */
  #remove(saf: SafEntry): void {
    this.#records = this.#records.filter(({ stream }) => stream !== saf.spooled.id);
    this.#entries.delete(keyOf(saf.spooled));
    saf.entry.view.sinks.delete(saf.stream as never);
  }

  #add(spooled: SpooledStream, resolved: ResolvedRequest): SafEntry {
    const { obtain, spool } = this.#options;
    const entry = obtain(resolved);
    const { view } = entry;
    if (view.kind !== 'rows')
      throw new PanelcastError('bad-request', 'mode saf tells every change of a row; only rows have it');
    const { id } = spooled;
    const queue = {
      get acked() {
        return spool.acked(id);
      },
      gapAfter: (seq: number) => spool.gapAfter(id, seq),
      add: (seq: number, body: string) => void this.#records.push({ stream: id, seq, body }),
      read: (seq: number, upTo: number, limit: number) => {
        this.committed();
        return spool.read(id, seq, upTo, limit);
      },
    };
    const saf: SafEntry = {
      spooled,
      entry,
      stream: new SafStream(`v${entry.id}:saf`, view, queue, () => saf.onDirty()),
      onDirty: () => {},
    };
    view.sinks.add(saf.stream);
    this.#entries.set(keyOf(spooled), saf);
    return saf;
  }

  /** The changes after `seq` that the log still has; those that it has not are told as a gap. */
  #catchUp(entries: readonly SafEntry[], seq: number): void {
    if (entries.length === 0) return;
    const { spool, store } = this.#options;
    const from = Math.max(seq, store.retainedFrom);
    if (from > seq) for (const { spooled } of entries) spool.lose(spooled.id, { from: seq + 1, to: from });
    for (const logged of store.changesAfter(from) ?? []) {
      for (const { entry, spooled, stream } of entries) {
        const change = logged.seq > spooled.start ? loggedChange(entry, logged) : undefined;
        if (change !== undefined) stream.push(change);
      }
      if (this.#records.length >= MARK_EVERY) this.#spill();
    }
    this.#spill();
  }

  /** To disk, without moving the mark: the catch-up is not at the store's seq yet. */
  #spill(): void {
    const { now, spool } = this.#options;
    const position = spool.position ?? { epoch: this.#options.store.epoch, processed: 0 };
    spool.append(this.#records, position, now());
    this.#records = [];
  }
}

function keyOf({ client, key }: Pick<SpooledStream, 'client' | 'key'>): string {
  return `${client} ${key}`;
}
