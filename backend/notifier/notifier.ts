import type { Clock, Timer } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Source } from '../sources/source.ts';
import { Schedule } from '../streams/schedule.ts';
import type { Spool } from '../streams/spool.ts';
import { Throttle, type ThrottleKind } from '../streams/throttle.ts';
import { Counters } from '../views/counters.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import type { Catalog, ResolvedRequest } from '../views/resolve-request.ts';
import { ViewTable } from '../views/view-table.ts';
import { Cutter } from './cutter.ts';
import { FlushDesk, type FlushRequest, WAIT_MS } from './flush-desk.ts';
import type { CutItem, Identity, NotifierLink, OutputBatch, SessionMessage, ToNotifier } from './link.ts';
import type { LiveStream } from './live-stream.ts';
import type { Frame } from './one-shot.ts';
import { Outbox } from './outbox.ts';
import { refusal, tellFailure } from './refusal.ts';
import { Registrar } from './registrar.ts';
import { Round } from './round.ts';
import { SessionTable } from './session-table.ts';
import { StreamTable } from './stream-table.ts';

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
  readonly registrar: Registrar;
  readonly #options: NotifierOptions;
  readonly #schedule = new Schedule<LiveStream>();
  readonly #outbox = new Outbox();
  readonly #flushes: FlushDesk;
  #depth = 0;
  #stopped = false;
  #inbox: SessionMessage[] = [];
  #roundTimer: Timer | undefined;
  #receive: (batch: OutputBatch) => void = () => {};

  constructor(options: NotifierOptions) {
    this.#options = options;
    const { catalog, clock, store } = options;
    this.throttle = new Throttle(options.throttle, catalog.intervalMs);
    this.views = new ViewTable({ counters: this.counters, onFault: (entry, error) => this.#fault(entry, error) });
    this.streams = new StreamTable(this.#schedule, {
      dirty: live => this.cutter.dirty(live),
      full: live => this.cutter.full(live),
    });
    this.cutter = new Cutter({
      clock,
      views: this.views,
      streams: this.streams,
      schedule: this.#schedule,
      throttle: this.throttle,
      counters: this.counters,
      intervalMs: catalog.intervalMs,
      position: () => store,
      write: texts => this.#outbox.texts(texts),
      emit: cut => this.#emit(cut),
      onFault: (entry, error) => this.#fault(entry, error),
    });
    const { counters, cutter, sessions, streams, throttle, views } = this;
    this.registrar = new Registrar({
      ...options,
      counters,
      cutter,
      sessions,
      streams,
      throttle,
      views,
      onViewFault: (entry, error) => this.#fault(entry, error),
    });
    this.#flushes = new FlushDesk(clock, (request, waitedMs) => this.#flushTimedOut(request, waitedMs));
    for (const source of catalog.sources.values()) source.onChanges(changes => this.#changed(source, changes));
  }

  onOutput(receive: (batch: OutputBatch) => void): void {
    this.#receive = receive;
  }

  tell(messages: readonly ToNotifier[]): void {
    if (this.#stopped) return;
    for (const message of messages) {
      if (message.type === 'distributed') this.cutter.distributed(message.ms);
      else this.#inbox.push(message);
    }
    if (this.#inbox.length === 0) return;
    // Who flushes waits for his own edit to appear; everybody else can wait for company.
    if (messages.some(({ type }) => type === 'flush')) this.#round();
    else this.#roundTimer ??= this.#options.clock.after(ROUND_MS, () => this.#round());
  }

  /** Resolves once that seq is committed, which it may be already. */
  async committed(seq: number): Promise<void> {
    if (seq <= this.#options.store.seq || (await this.#flushes.reached(seq))) return;
    throw new PanelcastError('timeout', this.#missing(seq, WAIT_MS));
  }

  /** Cuts these views, or all that have something to send, and everything associated with them. */
  flushViews(wires: readonly string[] | undefined): number {
    const sets = new Set<ViewEntry['set']>();
    const unknown = new Set(wires);
    for (const { entry, stream } of this.streams.values()) {
      if (wires === undefined || wires.includes(stream.wire)) sets.add(entry.set);
      unknown.delete(stream.wire);
    }
    const [first] = unknown;
    if (first !== undefined) throw new PanelcastError('not-found', `nobody has a view "${first}" open`);
    this.#together(() => this.cutter.flush(this.#streamsOf(sets)));
    return this.#options.store.seq;
  }

  /** What is retained of a metric, where the request wants its history and somebody watches it. */
  past(request: ResolvedRequest): Frame | undefined {
    const entry = request.historyMs > 0 ? this.views.find(request) : undefined;
    return entry && this.registrar.recorder.past(entry, request.historyMs);
  }

  /** After a name was changed; how many panels moved. */
  rehome(): number {
    return this.#together(() => {
      this.views.advance(this.#options.clock.now());
      const round = this.#newRound();
      const moved = this.registrar.rehome(round);
      this.cutter.schedule();
      round.end();
      return moved;
    });
  }

  /** After a last cut nothing more is said, and nothing is listened to. */
  stop(): void {
    if (this.#stopped) return;
    this.#together(() => this.cutter.cutNow([...this.streams.values()]));
    this.#stopped = true;
    this.cutter.stop();
    this.#roundTimer?.cancel();
    this.#flushes.stop();
    this.registrar.stop();
  }

  #changed(source: Source, changes: Parameters<ViewTable['apply']>[1]): void {
    const { store } = this.#options;
    this.#together(() => {
      this.views.apply(source, changes, this.#options.clock.now());
      if (source === store) for (const { table } of changes) this.counters.countChanges(table, 1);
      this.registrar.saf.committed();
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
      const round = this.#newRound();
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

  #take(message: SessionMessage, round: Round): void {
    if (message.type === 'join') {
      const { client, identity, resume, session } = message;
      this.sessions.add({ id: session, identity, client, resume });
      return;
    }
    const session = this.sessions.get(message.session);
    if (session === undefined) return; // it left before this was read
    switch (message.type) {
      case 'leave':
        this.registrar.leave(session, round);
        this.#flushes.forget(session.id);
        return;
      case 'open':
        this.registrar.open(session, message, round);
        return;
      case 'close':
        this.registrar.close(session, message.id, round);
        return;
      case 'refresh':
        for (const live of session.streams) this.registrar.refresh(session, live, message.since, round);
        round.refreshed(session.id);
        return;
      case 'flush':
        round.flushes.push(message);
        return;
      case 'ack':
        this.registrar.ack(session, message);
        return;
    }
  }

  #flush(due: readonly FlushRequest[]): void {
    if (due.length === 0) return;
    const sets = new Set<ViewEntry['set']>();
    for (const { session } of due)
      for (const live of this.sessions.get(session)?.streams ?? []) sets.add(live.entry.set);
    this.cutter.flush(this.#streamsOf(sets));
    const asOf = this.#options.store.seq;
    const round = this.#newRound();
    for (const { id, session } of due) round.say(session, { type: 'flushed', id, asOf });
    round.end();
  }

  #flushTimedOut({ id, minSeq, session }: FlushRequest, waitedMs: number): void {
    const round = this.#newRound();
    round.say(session, { type: 'error', id, code: 'timeout', message: this.#missing(minSeq, waitedMs) });
    this.#together(() => round.end());
  }

  #missing(seq: number, waitedMs: number): string {
    return `seq ${seq} was not committed within ${waitedMs / 1000} s; the store is at ${this.#options.store.seq}`;
  }

  #newRound(): Round {
    const { cutter, sessions, streams } = this;
    return new Round({ outbox: this.#outbox, cutter, sessions, streams });
  }

  #streamsOf(sets: ReadonlySet<ViewEntry['set']>): Set<LiveStream> {
    const streams = new Set<LiveStream>();
    for (const set of sets) for (const live of this.streams.ofSet(set)) streams.add(live);
    return streams;
  }

  #emit(cut: CutItem): void {
    if (cut.streams.length > 0) this.#outbox.push(cut);
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
    if (this.#depth > 0 || this.cutter.isSweeping) return;
    const batch = this.#outbox.take();
    if (batch !== undefined) this.#receive(batch);
  }

  #refuse(message: SessionMessage, error: unknown, round: Round): void {
    if (!(error instanceof PanelcastError)) this.#options.onFault(`message ${message.type}`, error);
    if (message.type === 'open' && this.sessions.get(message.session)?.panel(message.id) === undefined)
      round.closed(message.session, message.id);
    const answer = refusal(error, 'id' in message ? message.id : undefined);
    this.counters.countRefusal(answer.code);
    round.say(message.session, answer);
  }

  /** One view's evaluation failed: its own panels are told, everybody else goes on. */
  #fault(entry: ViewEntry, error: unknown): void {
    this.#options.onFault(`view v${entry.id} (${entry.set.filter.text || 'all rows'})`, error);
    const use = this.streams.use(entry);
    if (use !== undefined) tellFailure(use, error, this.#outbox);
    this.#send();
  }
}
