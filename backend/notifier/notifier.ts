import type { Clock, Timer } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ErrorMessage, Flushed, Opened } from '../protocol/messages.ts';
import type { Source } from '../sources/source.ts';
import { AllStream } from '../streams/all-stream.ts';
import { seriesText } from '../streams/encode.ts';
import { Schedule } from '../streams/schedule.ts';
import type { Spool } from '../streams/spool.ts';
import { Throttle, type ThrottleKind } from '../streams/throttle.ts';
import { Counters } from '../views/counters.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import { type Catalog, type ResolvedRequest, resolveRequest } from '../views/resolve-request.ts';
import { ViewTable } from '../views/view-table.ts';
import { Cutter } from './cutter.ts';
import { FlushDesk, type FlushRequest } from './flush-desk.ts';
import type { CutFacts, Identity, NotifierLink, OutputBatch, ToNotifier } from './link.ts';
import type { LiveStream, Registration } from './live-stream.ts';
import { Outbox } from './outbox.ts';
import { Recorder } from './recorder.ts';
import { resumeTexts } from './resume.ts';
import { Round } from './round.ts';
import { type SafOpening, SafTable } from './saf-table.ts';
import { type Session, SessionTable } from './session-table.ts';
import { StreamTable } from './stream-table.ts';
import type { Encoded } from './sweep.ts';

export interface NotifierOptions {
  readonly clock: Clock;
  /** The store whose log positions the wire speaks of. */
  readonly store: Source;
  readonly catalog: Catalog;
  readonly throttle: ThrottleKind;
  readonly spool: Spool;
  readonly lingerMs: number;
  /** The restriction filter of an identity; undefined restricts nothing. */
  readonly entitlement: (identity: Identity) => string | undefined;
  readonly onFault: (what: string, error: unknown) => void;
}

/** Newcomers within this time are answered together: one read and one encoding for all of them. */
const ROUND_MS = 5;
/**
 * Requests become shared views, changes become cuts, one stream serves everybody. Single-threaded and driven by a
 * Clock: a whole history of writes, viewers and time can be simulated from a seed.
 */
export class Notifier implements NotifierLink {
  readonly counters = new Counters();
  readonly views: ViewTable;
  readonly streams: StreamTable;
  readonly sessions = new SessionTable();
  readonly cutter: Cutter;
  readonly throttle: Throttle;
  readonly saf: SafTable;
  readonly recorder: Recorder;
  readonly #options: NotifierOptions;
  readonly #schedule = new Schedule<LiveStream>();
  readonly #outbox = new Outbox();
  readonly #lingering = new Map<ViewEntry, Timer>();
  readonly #flushes: FlushDesk;
  #depth = 0;
  #inbox: ToNotifier[] = [];
  #roundTimer: Timer | undefined;
  #receive: (batch: OutputBatch) => void = () => {};

  constructor(options: NotifierOptions) {
    this.#options = options;
    const { catalog, clock, store } = options;
    this.throttle = new Throttle(options.throttle, catalog.intervalMs);
    this.views = new ViewTable({ counters: this.counters, onFault: (entry, error) => this.#fault(entry, error) });
    this.streams = new StreamTable(this.#schedule, live => this.cutter.dirty(live));
    this.cutter = new Cutter({
      clock,
      views: this.views,
      streams: this.streams,
      schedule: this.#schedule,
      throttle: this.throttle,
      counters: this.counters,
      intervalMs: catalog.intervalMs,
      position: () => store,
      emit: (facts, encoded) => this.#emit(facts, encoded),
      onFault: (entry, error) => this.#fault(entry, error),
    });
    this.saf = new SafTable({
      spool: options.spool,
      store,
      now: () => clock.now(),
      resolve: request => resolveRequest(request, catalog),
      obtain: resolved => this.#obtain(resolved),
      onFault: options.onFault,
    });
    this.saf.restore();
    const { intervalMs } = catalog;
    this.recorder = new Recorder({ clock, intervalMs, onFault: (entry, error) => this.#fault(entry, error) });
    this.#flushes = new FlushDesk(clock, (request, waitedMs) => this.#flushTimedOut(request, waitedMs));
    this.#recordNamedViews();
    for (const source of catalog.sources.values()) source.onChanges(changes => this.#changed(source, changes));
  }

  get lingering(): number {
    return this.#lingering.size;
  }

  onOutput(receive: (batch: OutputBatch) => void): void {
    this.#receive = receive;
  }

  tell(messages: readonly ToNotifier[]): void {
    this.#inbox.push(...messages);
    // Who flushes waits for his own edit to appear; everybody else can wait for company.
    if (messages.some(({ type }) => type === 'flush')) this.#round();
    else this.#roundTimer ??= this.#options.clock.after(ROUND_MS, () => this.#round());
  }

  /** Cuts these views, or all that have something to send, and everything associated with them. */
  flushViews(wires: readonly string[] | undefined): number {
    const sets = new Set<ViewEntry['set']>();
    for (const live of this.streams.values())
      if (wires === undefined || wires.includes(live.stream.wire)) sets.add(live.entry.set);
    this.#together(() => this.cutter.flush(this.#streamsOf(sets)));
    return this.#options.store.seq;
  }

  stop(): void {
    this.#together(() => this.cutter.cutNow([...this.streams.values()]));
    this.cutter.stop();
    this.saf.close();
    this.#roundTimer?.cancel();
    for (const timer of this.#lingering.values()) timer.cancel();
    this.#flushes.stop();
    this.recorder.stop();
  }

  #changed(source: Source, changes: Parameters<ViewTable['apply']>[1]): void {
    const { store } = this.#options;
    this.#together(() => {
      this.views.apply(source, changes, this.#options.clock.now());
      if (source === store) for (const { table } of changes) this.counters.countChanges(table, 1);
      this.saf.committed();
      this.cutter.committed();
      this.#flush(this.#flushes.takeDue(store.seq));
    });
  }

  /** One round: what was told, in order, then at most one cut for each session and one flush for all that asked. */
  #round(): void {
    this.#roundTimer?.cancel();
    this.#roundTimer = undefined;
    const inbox = this.#inbox;
    this.#inbox = [];
    this.#together(() => {
      this.views.advance(this.#options.clock.now());
      const round = new Round(this.#outbox, this.cutter);
      for (const message of inbox) {
        try {
          this.#take(message, round);
        } catch (error) {
          this.#refuse(message, error, round);
        }
      }
      this.cutter.schedule();
      round.end();
      this.#flush(this.#flushes.sort(round.flushes, this.#options.store.seq));
    });
  }

  #take(message: ToNotifier, round: Round): void {
    if (message.type === 'join') {
      const { client, identity, resume, session } = message;
      this.sessions.add({ id: session, identity, client, resume });
      return;
    }
    const session = this.sessions.get(message.session);
    if (session === undefined) return; // it left before this was read
    switch (message.type) {
      case 'leave':
        for (const registration of session.registrations.values()) this.#leave(session, registration, round);
        this.sessions.delete(session.id);
        round.forget(session.id);
        return;
      case 'open':
        this.#open(session, message, round);
        return;
      case 'close':
        this.#close(session, message.id, round);
        return;
      case 'refresh':
        for (const live of session.streams.keys()) this.#refresh(session, live, message.since, round);
        round.refreshed(session.id);
        return;
      case 'flush':
        round.flushes.push(message);
        return;
      case 'ack':
        this.#ack(session, message);
        return;
    }
  }

  #open(session: Session, message: Extract<ToNotifier, { type: 'open' }>, round: Round): void {
    const { id, request } = message;
    if (session.registrations.has(id))
      throw new PanelcastError('conflict', `open.id "${id}" is already open on this connection; close it first`);
    const { catalog, clock, entitlement } = this.#options;
    const resolved = resolveRequest(request, catalog, entitlement(session.identity));
    const { fields, intervalMs, mode } = resolved;
    const { resume } = session;
    const resumes = resume?.epoch === this.#options.store.epoch && message.snapshot !== true;
    const since = resumes ? (message.since ?? resume.seq) : undefined;
    const own = mode === 'saf' ? this.#openSaf(session, { request, resolved, since }, round) : undefined;
    const entry = own?.saf.entry ?? this.#obtain(resolved);
    const at = { nowMs: clock.now(), effectiveMs: this.throttle.intervalMs(intervalMs) };
    const registration = this.streams.join(
      { entry, mode, intervalMs, session: session.id, id, fields, saf: own?.saf },
      at,
    );
    session.registrations.set(id, registration);
    try {
      const { stream: live } = registration;
      round.say(session.id, this.#opened(registration));
      const shared = session.streams.get(live) ?? 0;
      session.streams.set(live, shared + 1);
      if (own === undefined || own.isNew) this.#bringUp(session, live, { since, conflated: false }, round);
      own?.saf.stream.attach(since ?? 0);
      if (resolved.historyMs > 0) this.#tellPast(session, live, resolved.historyMs, round);
      if (shared === 0) round.subscribe(session.id, live.id);
    } catch (error) {
      this.#close(session, id, round);
      throw error;
    }
  }

  #tellPast(session: Session, live: LiveStream, rangeMs: number, round: Round): void {
    this.recorder.keep(live.entry, rangeMs);
    const texts = (): readonly string[] => {
      const frame = this.recorder.past(live.entry, rangeMs);
      return frame === undefined ? [] : [seriesText({ view: live.stream.wire, asOf: this.#options.store.seq, frame })];
    };
    round.frames(session.id, round.once(live, `past ${rangeMs}`, texts) ?? []);
  }

  /** Named views with a history are recorded whether or not somebody looks. */
  #recordNamedViews(): void {
    const { catalog, onFault } = this.#options;
    for (const name of catalog.namedViews) {
      try {
        const resolved = resolveRequest({ view: name }, catalog);
        if (resolved.historyMs > 0) this.recorder.keep(this.#obtain(resolved), resolved.historyMs, true);
      } catch (error) {
        onFault(`named view ${name}`, error);
      }
    }
  }

  #obtain(resolved: ResolvedRequest): ViewEntry {
    const entry = this.views.obtain(resolved, this.#options.clock.now());
    this.#lingering.get(entry)?.cancel();
    this.#lingering.delete(entry);
    return entry;
  }

  /** The stream belongs to the client's name: the newest connection of that name has it, an older one loses it. */
  #openSaf(session: Session, want: SafOpening, round: Round) {
    const { client } = session;
    const { source } = want.resolved;
    if (source !== this.#options.store)
      throw new PanelcastError('bad-request', `mode saf needs a log; source ${source.name} has none: use mode net`);
    if (client === undefined)
      throw new PanelcastError(
        'bad-request',
        'mode saf needs hello.client: the durable name that the stream belongs to',
      );
    const opened = this.saf.open(client, want);
    const live = this.streams.use(opened.saf.entry)?.streams.get(`saf ${client}`);
    for (const { id, session: other } of live?.registrations ?? []) {
      const holder = this.sessions.get(other)!;
      const message = `client "${client}" opened this stream on another connection`;
      round.say(other, { type: 'error', id, code: 'conflict', message } satisfies ErrorMessage);
      round.closed(other, id);
      this.#leave(holder, holder.registrations.get(id)!, round);
    }
    return opened;
  }

  #ack(session: Session, { seq, view }: Extract<ToNotifier, { type: 'ack' }>): void {
    for (const { saf, stream } of session.streams.keys())
      if (saf !== undefined && stream.wire === view) this.saf.ack(saf, seq);
  }

  /** What a stream's new listener, or one that had fallen behind, has to get before the stream itself. */
  #bringUp(
    session: Session,
    live: LiveStream,
    have: { since: number | undefined; conflated: boolean },
    round: Round,
  ): void {
    if (live.mode === 'all' && live.stream.dirty) this.cutter.cutNow([live]);
    const missed =
      have.since === undefined
        ? undefined
        : round.once(live, `since ${have.since}`, () => resumeTexts(live, have.since!, live.entry.set.source));
    const snapshot = (): readonly string[] => {
      this.counters.encodings++;
      return live.stream.snapshot(this.#options.store.seq, have.conflated);
    };
    round.frames(session.id, missed ?? round.once(live, have.conflated ? 'conflated' : 'snap', snapshot) ?? []);
  }

  /** A viewer that had fallen behind: every change from where it was, or the state of now where that is enough. */
  #refresh(session: Session, live: LiveStream, appliedAt: number, round: Round): void {
    if (live.saf !== undefined) {
      live.saf.stream.rewind(appliedAt);
      return;
    }
    const since = live.stream instanceof AllStream ? live.stream.toldAt(appliedAt) : undefined;
    this.#bringUp(session, live, { since, conflated: true }, round);
  }

  #close(session: Session, id: string, round: Round): void {
    const registration = session.registrations.get(id);
    if (registration === undefined)
      throw new PanelcastError('not-found', `close.id "${id}" is not open on this connection`);
    this.#leave(session, registration, round);
  }

  #leave(session: Session, registration: Registration, round: Round): void {
    const { id, stream: live } = registration;
    session.registrations.delete(id);
    const left = (session.streams.get(live) ?? 1) - 1;
    if (left > 0) session.streams.set(live, left);
    else {
      session.streams.delete(live);
      round.unsubscribe(session.id, live.id);
    }
    const promoted = this.streams.leave(registration);
    if (promoted !== undefined) round.say(promoted.session, this.#opened(promoted));
    if (live.registrations.size === 0) this.cutter.forget(live);
    this.#lingerUnused(live.entry);
  }

  /** A reload costs nothing: the view waits a while, with its state and without a stream. */
  #lingerUnused(entry: ViewEntry): void {
    if (this.streams.use(entry) !== undefined || entry.view.sinks.size > 0 || this.recorder.isPinned(entry)) return;
    const drop = (): void => {
      this.#lingering.delete(entry);
      this.recorder.forget(entry);
      this.views.drop(entry);
    };
    this.#lingering.set(entry, this.#options.clock.after(this.#options.lingerMs, drop));
  }

  #opened({ fields, id, stream: live }: Registration): Opened {
    const use = this.streams.use(live.entry)!;
    const [primary] = use.registrations;
    const role = primary?.id === id && primary.stream === live ? 'primary' : 'secondary';
    return { type: 'opened', id, view: live.stream.wire, role, viewers: use.sessions.size, fields };
  }

  #flush(due: readonly FlushRequest[]): void {
    if (due.length === 0) return;
    const sets = new Set<ViewEntry['set']>();
    for (const { session } of due)
      for (const live of this.sessions.get(session)?.streams.keys() ?? []) sets.add(live.entry.set);
    this.cutter.flush(this.#streamsOf(sets));
    const asOf = this.#options.store.seq;
    const round = new Round(this.#outbox, this.cutter);
    for (const { id, session } of due) round.say(session, { type: 'flushed', id, asOf } satisfies Flushed);
    round.end();
  }

  #flushTimedOut({ id, minSeq, session }: FlushRequest, waitedMs: number): void {
    const round = new Round(this.#outbox, this.cutter);
    const message = `seq ${minSeq} was not committed within ${waitedMs / 1000} s; the store is at ${this.#options.store.seq}`;
    round.say(session, { type: 'error', id, code: 'timeout', message } satisfies ErrorMessage);
    this.#together(() => round.end());
  }

  #streamsOf(sets: ReadonlySet<ViewEntry['set']>): Set<LiveStream> {
    const streams = new Set<LiveStream>();
    for (const set of sets)
      for (const entry of set.views.values())
        for (const live of this.streams.use(entry)?.streams.values() ?? []) streams.add(live);
    return streams;
  }

  #emit(facts: CutFacts, encoded: readonly Encoded[]): void {
    const streams = encoded.map(({ live }) => live.id);
    const spans = encoded.map(({ texts }) => this.#outbox.texts(texts));
    if (streams.length > 0) this.#outbox.push({ type: 'cut', facts, streams, spans });
    this.#send();
  }

  /** Spans point into the batch that they were written to: nothing is sent before all of it is said. */
  #together<T>(say: () => T): T {
    this.#depth++;
    try {
      return say();
    } finally {
      this.#depth--;
      this.#send();
    }
  }

  #send(): void {
    if (this.#depth > 0) return;
    const batch = this.#outbox.take();
    if (batch !== undefined) this.#receive(batch);
  }

  #refuse(message: ToNotifier, error: unknown, round: Round): void {
    const known =
      error instanceof PanelcastError
        ? error
        : new PanelcastError('internal', 'the view failed here; the log has it', { cause: error });
    if (known !== error) this.#options.onFault(`message ${message.type}`, error);
    const { code, position } = known;
    const id = 'id' in message ? { id: message.id } : {};
    if (message.type === 'open' && !this.sessions.get(message.session)?.registrations.has(message.id)) {
      round.closed(message.session, message.id);
    }
    round.say(message.session, {
      type: 'error',
      ...id,
      code,
      message: known.message,
      ...(position === undefined ? {} : { position }),
    } satisfies ErrorMessage);
  }

  /** One view's evaluation failed: its own panels are told, everybody else goes on. */
  #fault(entry: ViewEntry, error: unknown): void {
    this.#options.onFault(`view v${entry.id} (${entry.set.filter.text || 'all rows'})`, error);
    const known = error instanceof PanelcastError ? error : undefined;
    const message = known?.message ?? 'this view could not be evaluated; the log of the notifier has the reason';
    const code = known?.code ?? 'internal';
    // By itself, not as a round: it may be in the middle of a cut, which has to go on.
    for (const { id, session } of this.streams.use(entry)?.registrations ?? []) {
      const span = this.#outbox.text(JSON.stringify({ type: 'error', id, code, message } satisfies ErrorMessage));
      this.#outbox.push({ type: 'send', session, spans: [span] });
    }
    this.#send();
  }
}
