import type { Clock, Timer } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ErrorMessage, Opened } from '../protocol/messages.ts';
import type { Mode, Request } from '../protocol/request.ts';
import type { Source } from '../sources/source.ts';
import type { Spool } from '../streams/spool.ts';
import type { Throttle } from '../streams/throttle.ts';
import type { Counters } from '../views/counters.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import { type Catalog, type ResolvedRequest, resolveRequest } from '../views/resolve-request.ts';
import type { ViewTable } from '../views/view-table.ts';
import { BringUp } from './bring-up.ts';
import type { Cutter } from './cutter.ts';
import type { Identity, ToNotifier } from './link.ts';
import type { LiveStream, Registration } from './live-stream.ts';
import { Recorder } from './recorder.ts';
import { refusal } from './refusal.ts';
import { RequestBook } from './request-book.ts';
import type { Round } from './round.ts';
import { type SafOpening, SafTable } from './saf-table.ts';
import type { Session, SessionTable } from './session-table.ts';
import type { StreamTable } from './stream-table.ts';

export interface RegistrarParts {
  readonly clock: Clock;
  readonly store: Source;
  readonly catalog: Catalog;
  readonly spool: Spool;
  readonly lingerMs: number;
  readonly entitlement: (identity: Identity) => string | undefined;
  readonly onFault: (what: string, error: unknown) => void;
  readonly onViewFault: (entry: ViewEntry, error: unknown) => void;
  readonly views: ViewTable;
  readonly streams: StreamTable;
  readonly sessions: SessionTable;
  readonly cutter: Cutter;
  readonly throttle: Throttle;
  readonly counters: Counters;
}

/**
 * Panels come and go: a request finds its view and stream or makes them, a newcomer is brought up to now, a primary
 * that leaves has a successor, and what nobody watches lingers and then goes.
 */
export class Registrar {
  readonly saf: SafTable;
  readonly recorder: Recorder;
  readonly #parts: RegistrarParts;
  readonly #book: RequestBook;
  readonly #bringUp: BringUp;
  readonly #lingering = new Map<ViewEntry, Timer>();
  /** Names have meant what they mean now since this seq. */
  #namedAt: number;

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
    this.#book = new RequestBook(parts.catalog);
    const { catalog, clock, onFault, onViewFault, spool, store } = parts;
    this.recorder = new Recorder({ clock, intervalMs: catalog.intervalMs, onFault: onViewFault });
    this.#bringUp = new BringUp({ ...parts, recorder: this.recorder });
    this.saf = new SafTable({
      spool,
      store,
      now: () => clock.now(),
      resolve: request => resolveRequest(request, catalog),
      obtain: resolved => this.#obtain(resolved),
      release: entry => this.#lingerUnused(entry),
      onFault,
    });
    this.saf.restore();
    this.#namedAt = store.seq;
    this.#recordNamedViews();
  }

  /** Views that nobody watches and that are kept for a while. */
  get lingering(): number {
    return this.#lingering.size;
  }

  stop(): void {
    this.saf.close();
    this.recorder.stop();
    for (const timer of this.#lingering.values()) timer.cancel();
  }

  open(session: Session, message: Extract<ToNotifier, { type: 'open' }>, round: Round): void {
    const { id } = message;
    if (session.registrations.has(id))
      throw new PanelcastError('conflict', `open.id "${id}" is already open on this connection; close it first`);
    const { clock, entitlement } = this.#parts;
    const { request, resolved } = this.#book.read(message.request, entitlement(session.identity));
    const { fields, historyMs, intervalMs, mode } = resolved;
    const since = this.#sinceOf(session, message, mode);
    const own = mode === 'saf' ? this.#openSaf(session, { resolved, since }, round) : undefined;
    const entry = own?.saf.entry ?? this.#obtain(resolved);
    const at = { nowMs: clock.now(), effectiveMs: this.#parts.throttle.intervalMs(intervalMs) };
    const registration = this.#parts.streams.join(
      { entry, mode, intervalMs, session: session.id, id, fields, request, historyMs, saf: own?.saf },
      at,
    );
    session.registrations.set(id, registration);
    try {
      const { stream: live } = registration;
      round.say(session.id, this.#opened(registration));
      const shared = session.streams.get(live) ?? 0;
      session.streams.set(live, shared + 1);
      this.#bringUp.alignBeside(session, live, round);
      if (own === undefined || own.isNew) this.#bringUp.newcomer(session, live, since, round);
      own?.saf.stream.attach(since ?? 0);
      if (historyMs > 0) this.#bringUp.past(session, live, historyMs, round);
      if (shared === 0) round.subscribe(session.id, live.id);
    } catch (error) {
      this.close(session, id, round);
      throw error;
    }
  }

  /**
   * Names mean something else now: every panel whose request is another view by them moves there, on the same
   * connection. Store-and-forward streams stay what they were when they were created.
   */
  rehome(round: Round): number {
    let moved = 0;
    this.#book.clear();
    this.#namedAt = this.#parts.store.seq;
    for (const session of this.#parts.sessions.values()) {
      for (const registration of [...session.registrations.values()]) {
        const { id, request, stream: live } = registration;
        if (live.saf !== undefined || !this.#isElsewhere(session, registration, round)) continue;
        this.leave(session, registration, round);
        try {
          this.open(session, { type: 'open', session: session.id, id, request, snapshot: true }, round);
          moved++;
        } catch (error) {
          this.#tellLost(session, id, error, round);
        }
      }
    }
    this.#recordNamedViews();
    return moved;
  }

  /** Whether the panel's request means another view than the one it is on; a panel that means nothing any more is told. */
  #isElsewhere(session: Session, { id, request, stream: live }: Registration, round: Round): boolean {
    const { entitlement } = this.#parts;
    try {
      const { setKey, viewKey } = this.#book.read(request, entitlement(session.identity)).resolved;
      return setKey !== live.entry.set.key || viewKey !== live.entry.key;
    } catch (error) {
      round.say(session.id, refusal(error, id));
      return false;
    }
  }

  /** Named views with a history are recorded whether or not somebody looks; what is none any more goes as others do. */
  #recordNamedViews(): void {
    const { catalog, onFault } = this.#parts;
    const named = new Set<ViewEntry>();
    for (const name of catalog.namedViews()) {
      try {
        const resolved = resolveRequest({ view: name }, catalog);
        if (resolved.historyMs === 0) continue;
        const entry = this.#obtain(resolved);
        this.recorder.keep(entry, resolved.historyMs);
        named.add(entry);
      } catch (error) {
        onFault(`named view ${name}`, error);
      }
    }
    for (const entry of this.recorder.pin(named)) this.#lingerUnused(entry);
  }

  #obtain(resolved: ResolvedRequest): ViewEntry {
    const entry = this.#parts.views.obtain(resolved, this.#parts.clock.now());
    this.#lingering.get(entry)?.cancel();
    this.#lingering.delete(entry);
    return entry;
  }

  /** The stream belongs to the client's name: the newest connection of that name has it, an older one loses it. */
  #openSaf(session: Session, want: SafOpening, round: Round) {
    const { client } = session;
    const { source } = want.resolved;
    if (source !== this.#parts.store)
      throw new PanelcastError('bad-request', `mode saf needs a log; source ${source.name} has none: use mode net`);
    if (client === undefined)
      throw new PanelcastError(
        'bad-request',
        'mode saf needs hello.client: the durable name that the stream belongs to',
      );
    const opened = this.saf.open(client, want);
    const live = this.#parts.streams.use(opened.saf.entry)?.streams.get(`saf ${client}`);
    for (const { id, session: other } of live?.registrations ?? []) {
      const holder = this.#parts.sessions.get(other)!;
      const message = `client "${client}" opened this stream on another connection`;
      round.say(other, { type: 'error', id, code: 'conflict', message } satisfies ErrorMessage);
      round.closed(other, id);
      this.leave(holder, holder.registrations.get(id)!, round);
    }
    return opened;
  }

  ack(session: Session, { seq, view }: Extract<ToNotifier, { type: 'ack' }>): void {
    for (const live of session.streams.keys()) {
      if (live.saf === undefined || live.stream.wire !== view) continue;
      this.saf.ack(live.saf, seq);
      if (live.saf.stream.wantsMore) this.#parts.cutter.cutNow([live]);
    }
  }

  /** What a returning client has; of an epoch that has ended only store-and-forward streams know what still holds. */
  #sinceOf(
    { resume }: Session,
    { request, since, snapshot }: Extract<ToNotifier, { type: 'open' }>,
    mode: Mode,
  ): number | undefined {
    if (resume === undefined || snapshot === true) return undefined;
    const seq = since ?? resume.seq;
    if (mode === 'saf') return this.saf.sinceOf({ epoch: resume.epoch, seq });
    // What it has may be of another view: the names of its request may have meant something else then.
    if (seq <= this.#namedAt && usesNames(request)) return undefined;
    return resume.epoch === this.#parts.store.epoch ? seq : undefined;
  }

  /**
   * A viewer that had fallen behind. What cannot be read for it now is closed, since what it has of that is no longer
   * right; its other panels do not wait for it.
   */
  refresh(session: Session, live: LiveStream, appliedAt: number, round: Round): void {
    if (live.saf !== undefined) {
      live.saf.stream.rewind(appliedAt);
      return;
    }
    const own = [...session.registrations.values()].filter(({ stream }) => stream === live);
    try {
      this.#bringUp.straggler(session, live, appliedAt, round);
      const rangeMs = Math.max(...own.map(({ historyMs }) => historyMs));
      if (rangeMs > 0) this.#bringUp.past(session, live, rangeMs, round);
    } catch (error) {
      for (const registration of own) {
        this.leave(session, registration, round);
        this.#tellLost(session, registration.id, error, round);
      }
    }
  }

  /** A panel that was open and is so no more, by no wish of its viewer. */
  #tellLost(session: Session, id: string, error: unknown, round: Round): void {
    this.#parts.onFault(`panel ${session.id}/${id}, which was open`, error);
    round.closed(session.id, id);
    round.say(session.id, refusal(error, id));
  }

  close(session: Session, id: string, round: Round): void {
    const registration = session.registrations.get(id);
    if (registration === undefined)
      throw new PanelcastError('not-found', `close.id "${id}" is not open on this connection`);
    this.leave(session, registration, round);
  }

  leave(session: Session, registration: Registration, round: Round): void {
    const { id, stream: live } = registration;
    session.registrations.delete(id);
    const left = (session.streams.get(live) ?? 1) - 1;
    if (left > 0) session.streams.set(live, left);
    else {
      session.streams.delete(live);
      round.unsubscribe(session.id, live.id);
    }
    const promoted = this.#parts.streams.leave(registration);
    if (promoted !== undefined) round.say(promoted.session, this.#opened(promoted));
    if (live.registrations.size === 0) {
      this.#parts.cutter.forget(live);
      if (live.saf !== undefined) this.saf.seen(live.saf);
    }
    this.#lingerUnused(live.entry);
  }

  /** A reload costs nothing: the view waits a while, with its state and without a stream. */
  #lingerUnused(entry: ViewEntry): void {
    if (this.#parts.streams.use(entry) !== undefined || entry.view.sinks.size > 0 || this.recorder.isPinned(entry))
      return;
    const drop = (): void => {
      this.#lingering.delete(entry);
      this.recorder.forget(entry);
      this.#parts.views.drop(entry);
    };
    this.#lingering.set(entry, this.#parts.clock.after(this.#parts.lingerMs, drop));
  }

  #opened(registration: Registration): Opened {
    const { fields, id, stream: live } = registration;
    const use = this.#parts.streams.use(live.entry)!;
    const [primary] = use.registrations;
    const role = primary === registration ? 'primary' : 'secondary';
    return { type: 'opened', id, view: live.stream.wire, role, viewers: use.sessions.size, fields };
  }
}

function usesNames({ filter, view }: Request): boolean {
  return view !== undefined || (filter?.includes('@') ?? false);
}
