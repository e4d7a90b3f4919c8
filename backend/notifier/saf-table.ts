import { PanelcastError } from '../lib/panelcast-error.ts';
import { storageError } from '../object-server/sqlite-error.ts';
import type { Position } from '../protocol/messages.ts';
import type { Request } from '../protocol/request.ts';
import type { Source } from '../sources/source.ts';
import { SafStream } from '../streams/saf-stream.ts';
import type { Spool } from '../streams/spool.ts';
import type { SpooledStream } from '../streams/spool-schema.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import { type ResolvedRequest, spellOut } from '../views/resolve-request.ts';
import { loggedChange } from './logged-change.ts';
import { SpoolQueue } from './spool-queue.ts';
import { SpoolWriter } from './spool-writer.ts';

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
  /** It says that it has nothing, and wants what was there at the start once more. */
  readonly afresh: boolean;
}

/** What is kept for one client. */
export interface ClientSpool {
  readonly client: string;
  readonly streams: number;
  readonly bytes: number;
  /** Why the spool, or one of the streams, does not go on; undefined while all of them do. */
  readonly fault: string | undefined;
}

/**
 * The store-and-forward streams. They belong to client names, not to connections: each keeps its view alive and its
 * output on disk. Invariant: after `committed`, the spool has every change up to the store's seq for every stream, but
 * where the disk refuses and for streams that are suspended, since their requests mean nothing: these have it up to a
 * place that is remembered, from which the log makes up for the rest.
 */
export class SafTable {
  readonly #options: SafTableOptions;
  readonly #writer: SpoolWriter;
  readonly #entries = new Map<string, SafEntry>();
  /** Streams that are kept and cannot be followed, with the reason. */
  readonly #suspended = new Map<string, { readonly spooled: SpooledStream; readonly reason: string }>();

  constructor(options: SafTableOptions) {
    this.#options = options;
    this.#writer = new SpoolWriter(options);
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytesByClient(): Record<string, number> {
    return this.#options.spool.bytesByClient;
  }

  /** Characters that wait for the disk. */
  get waiting(): number {
    return this.#writer.waiting;
  }

  get clients(): ClientSpool[] {
    const suspended = [...this.#suspended.values()];
    const owners = [...this.#entries.values(), ...suspended].map(({ spooled }) => spooled.client);
    return Object.entries(this.bytesByClient).map(([client, bytes]) => ({
      client,
      streams: owners.filter(owner => owner === client).length,
      bytes,
      fault: suspended.find(({ spooled }) => spooled.client === client)?.reason ?? this.#writer.fault,
    }));
  }

  /**
   * After a start: the streams that were there, brought up to the store from its log. One that means nothing now, as a
   * table or column may be missing in the configuration, is kept for a start at which it does.
   */
  restore(): void {
    const { resolve, spool, store } = this.#options;
    for (const spooled of spool.streams) {
      try {
        const request = JSON.parse(spooled.request) as Request;
        const resolved = resolve(request);
        expectSameColumns(request, resolved);
        this.seen(this.#add({ ...spooled, key: viewOf(resolved) }, resolved));
      } catch (error) {
        this.#suspend(spooled, error);
      }
    }
    const { epoch, processed } = spool.position ?? { epoch: store.epoch, processed: store.seq };
    const common = Math.min(processed, store.seq);
    spool.together(() => {
      if (epoch !== store.epoch || processed > store.seq) spool.beginEpoch(store.epoch, common);
      for (const { spooled } of this.#suspended.values()) spool.suspend(spooled.id, common);
      const from = Map.groupBy(this.#entries.values(), ({ spooled }) => spool.resume(spooled.id) ?? common);
      for (const [seq, entries] of from) this.#catchUp(entries, seq);
      this.#writer.mark();
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
  open(client: string, { afresh, resolved, since }: SafOpening): SafEntry {
    const key = viewOf(resolved);
    const suspended = this.#suspended.get(keyOf({ client, key }));
    if (suspended !== undefined) throw new PanelcastError('bad-config', suspended.reason);
    const known = this.#entries.get(keyOf({ client, key }));
    if (known === undefined)
      return this.#create({ client, key, request: JSON.stringify(spellOut(resolved)) }, resolved, since);
    if (afresh) this.#options.spool.setBegun(known.spooled.id, false);
    return known;
  }

  /** A request of this client was refused: what is kept for it may be what it means. */
  refusal(client: string | undefined, error: unknown): unknown {
    const kept = [...this.#suspended.values()].some(({ spooled }) => spooled.client === client);
    if (!kept || !(error instanceof PanelcastError)) return error;
    const message = `${error.message}; what is spooled for client "${client}" is kept until its request can be read again`;
    const { position } = error;
    return new PanelcastError(error.code, message, { cause: error, ...(position === undefined ? {} : { position }) });
  }

  ack({ spooled, stream }: SafEntry, seq: number): void {
    const { spool, store } = this.#options;
    this.#writer.attempt(() =>
      spool.together(() => {
        spool.ack(spooled.id, Math.min(seq, store.seq));
        if (stream.hasStart(seq)) spool.setBegun(spooled.id, true);
      }),
    );
  }

  /** After each commit: what the streams were given goes to disk in one transaction, or waits for the next. */
  committed(): void {
    if (this.#entries.size === 0 || !this.#writer.isDue) return;
    const refused = this.#writer.fault !== undefined;
    const saved = this.#writer.attempt(() => this.#save());
    if (saved && refused) for (const { stream } of this.#entries.values()) stream.wake();
  }

  /** A client that comes and goes is there from its opening to its end. */
  seen(saf: SafEntry): void {
    const { now, spool } = this.#options;
    this.#writer.attempt(() => spool.seen(saf.spooled.id, now()));
  }

  /** Lets go of what is beyond the bounds, and of whole streams whose clients do not come any more. */
  trim(): void {
    this.#writer.attempt(() => {
      this.#options.spool.trim(this.#options.now());
      this.#letGoForsaken();
    });
    this.committed();
  }

  /** What could not be written is taken from the log at the next start. */
  close(): void {
    if (this.#entries.size > 0) this.#writer.attempt(() => this.#save());
    this.#options.spool.close();
  }

  #save(): void {
    if (!this.#writer.hasOverflown) this.#writer.mark();
    else this.#writer.recover(() => this.#catchUp([...this.#entries.values()], this.#writer.marked));
  }

  #suspend(spooled: SpooledStream, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const reason = `the store-and-forward stream of client "${spooled.client}" cannot be followed: ${why}; what is spooled is kept. Mend the configuration and start again`;
    this.#suspended.set(keyOf(spooled), { spooled, reason });
    this.#options.onFault('the spool', new PanelcastError('bad-config', reason, { cause: error }));
  }

  #letGoForsaken(): void {
    const { now, release, spool } = this.#options;
    for (const saf of this.#entries.values()) {
      if (saf.stream.attached || !spool.isForsaken(saf.spooled.id, now())) continue;
      spool.drop(saf.spooled.id);
      this.#remove(saf);
      release(saf.entry);
    }
    for (const [key, { spooled }] of this.#suspended) {
      if (!spool.isForsaken(spooled.id, now())) continue;
      spool.drop(spooled.id);
      this.#suspended.delete(key);
    }
  }

  /** With what the log still has for it, as one transaction: after a kill it is there as a whole or not at all. */
  #create(of: Omit<SpooledStream, 'id' | 'start'>, resolved: ResolvedRequest, since: number | undefined): SafEntry {
    const { now, release, spool, store } = this.#options;
    const start = Math.min(since ?? store.seq, store.seq);
    let saf: SafEntry | undefined;
    try {
      this.#save(); // the mark is moved for all
      this.#writer.together(() => {
        const spooled = spool.create({ ...of, start });
        spool.setBegun(spooled.id, since !== undefined);
        spool.seen(spooled.id, now());
        saf = this.#add(spooled, resolved);
        this.#catchUp([saf], start);
        this.#writer.mark();
      });
    } catch (error) {
      if (saf !== undefined) {
        this.#remove(saf);
        release(saf.entry);
      }
      throw storageError(error, () => true) ?? error;
    }
    return saf!;
  }

  #remove(saf: SafEntry): void {
    this.#writer.forget(saf.spooled.id);
    this.#entries.delete(keyOf(saf.spooled));
    saf.entry.view.sinks.delete(saf.stream as never);
  }

  #add(spooled: SpooledStream, resolved: ResolvedRequest): SafEntry {
    const { obtain, spool } = this.#options;
    const entry = obtain(resolved);
    const { view } = entry;
    if (view.kind !== 'rows')
      throw new PanelcastError('bad-request', 'mode saf tells every change of a row; only rows have it');
    const settle = () => this.committed();
    const queue = new SpoolQueue({ id: spooled.id, spool, writer: this.#writer, settle });
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
      if (this.#writer.isLarge) this.#writer.spill();
    }
    this.#writer.spill();
  }
}

function keyOf({ client, key }: Pick<SpooledStream, 'client' | 'key'>): string {
  return `${client} ${key}`;
}

/** Made anew at each start: a table that has got other columns has other keys for the same views. */
function viewOf({ setKey, viewKey }: ResolvedRequest): string {
  return `${setKey} ${viewKey}`;
}

/** What is spooled has its values by their places. */
function expectSameColumns({ columns = [] }: Request, resolved: ResolvedRequest): void {
  const now = spellOut(resolved).columns ?? [];
  if (columns.every((name, i) => name === now[i])) return;
  throw new PanelcastError('bad-config', `the columns of table "${resolved.table.name}" have another order now`);
}
