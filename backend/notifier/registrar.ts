import type { Clock } from '../lib/clock.ts';
import { PanelcastError } from '../lib/panelcast-error.ts';
import type { ErrorMessage } from '../protocol/messages.ts';
import type { Request } from '../protocol/request.ts';
import type { Source } from '../sources/source.ts';
import type { Spool } from '../streams/spool.ts';
import type { Throttle } from '../streams/throttle.ts';
import type { Counters } from '../views/counters.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import { type Catalog, type ResolvedRequest, resolveRequest } from '../views/resolve-request.ts';
import type { ViewTable } from '../views/view-table.ts';
import { BringUp } from './bring-up.ts';
import type { Cutter } from './cutter.ts';
import { Lingering } from './lingering.ts';
import type { Identity, ToNotifier } from './link.ts';
import type { LiveStream, Panel } from './live-stream.ts';
import { NamedViews } from './named-views.ts';
import { Recorder } from './recorder.ts';
import { refusal } from './refusal.ts';
import { RequestBook } from './request-book.ts';
import type { Round } from './round.ts';
import { type SafOpening, SafTable } from './saf-table.ts';
import type { Session } from './session.ts';
import type { SessionTable } from './session-table.ts';
import type { Registration, StreamTable } from './stream-table.ts';

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
  readonly #lingering: Lingering;
  readonly #names: NamedViews;
  /** Who has a store-and-forward stream: one connection at a time. */
  readonly #safHolders = new Map<LiveStream, Registration>();

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
    this.#book = new RequestBook(parts.catalog);
    const { catalog, clock, onFault, onViewFault, spool, store } = parts;
    const recorder = new Recorder({ clock, intervalMs: catalog.intervalMs, onFault: onViewFault });
    const lingering = new Lingering({ ...parts, recorder });
    this.recorder = recorder;
    this.#lingering = lingering;
    this.#bringUp = new BringUp({ ...parts, recorder });
    this.saf = new SafTable({
      spool,
      store,
      now: () => clock.now(),
      resolve: request => resolveRequest(request, catalog),
      obtain: resolved => lingering.obtain(resolved),
      release: entry => lingering.unlessUsed(entry),
      onFault,
    });
    this.saf.restore();
    this.#names = new NamedViews({ catalog, store, recorder, lingering, onFault });
  }

  /** Views that nobody watches and that are kept for a while. */
  get lingering(): number {
    return this.#lingering.size;
  }

  stop(): void {
    this.saf.close();
    this.recorder.stop();
    this.#lingering.stop();
  }

  open(session: Session, message: Extract<ToNotifier, { type: 'open' }>, round: Round): void {
    const { id } = message;
    if (session.panel(id) !== undefined)
      throw new PanelcastError('conflict', `open.id "${id}" is already open on this connection; close it first`);
    const { clock, streams, throttle } = this.#parts;
    const asked = this.#read(session, message.request);
    const { historyMs, intervalMs } = asked.resolved;
    this.#expectLog(asked.resolved);
    const since = this.#sinceOf(session, message, asked.resolved);
    const want = { resolved: asked.resolved, since, afresh: message.snapshot === true };
    const own = asked.resolved.mode === 'saf' ? this.#openSaf(session, want, round) : undefined;
    const entry = own?.entry ?? this.#lingering.obtain(asked.resolved);
    const at = { nowMs: clock.now(), effectiveMs: throttle.intervalMs(intervalMs) };
    const panel = streams.join({ session, id, entry, asked, saf: own }, at);
    session.add(id, panel);
    round.changed(session);
    try {
      const { stream: live } = panel;
      if (live.saf !== undefined) this.#safHolders.set(live, { session, id });
      round.opened(session, id, panel);
      this.#bringUp.alignBeside(session, live);
      own?.stream.attach(since ?? 0);
      if (own === undefined) this.#bringUp.newcomer(session, live, since, round);
      else this.#bringUp.durable(session, live, round);
      // All panels of a connection that share the view show one past: the longest that any of them asks for.
      if (historyMs > 0) this.#bringUp.past(session, live, rangeMs(session, live), round);
    } catch (error) {
      this.close(session, id, round);
      throw error;
    }
  }

  #read({ client, identity }: Session, request: Request) {
    try {
      return this.#book.read(request, this.#parts.entitlement(identity));
    } catch (error) {
      throw request.mode === 'saf' ? this.saf.refusal(client, error) : error;
    }
  }

  /**
   * Names mean something else now: every panel whose request is another view by them moves there, on the same
   * connection. Store-and-forward streams stay what they were when they were created.
   */
  rehome(round: Round): number {
    let moved = 0;
    this.#book.clear();
    this.#names.changed();
    for (const session of this.#parts.sessions.values()) {
      for (const [id, panel] of [...session.panels()]) {
        if (panel.stream.saf !== undefined || !this.#isElsewhere(session, id, panel, round)) continue;
        this.close(session, id, round);
        try {
          const { request } = panel.asked;
          this.open(session, { type: 'open', session: session.id, id, request, snapshot: true }, round);
          moved++;
        } catch (error) {
          this.#tellLost(session, id, error, round);
        }
      }
    }
    this.#names.record();
    return moved;
  }

  /** Whether the panel's request means another view than the one it is on; a panel that means nothing any more is told. */
  #isElsewhere(session: Session, id: string, { asked, stream: live }: Panel, round: Round): boolean {
    const { entitlement } = this.#parts;
    try {
      const { setKey, viewKey } = this.#book.read(asked.request, entitlement(session.identity)).resolved;
      return setKey !== live.entry.set.key || viewKey !== live.entry.key;
    } catch (error) {
      round.say(session.id, refusal(error, id));
      return false;
    }
  }

  /** What is looked at once an interval has changes without seqs of their own: they cannot be told each and once. */
  #expectLog({ mode, source }: ResolvedRequest): void {
    if ((mode !== 'all' && mode !== 'saf') || source === this.#parts.store) return;
    throw new PanelcastError('bad-request', `mode ${mode} needs a log; source ${source.name} has none: use mode net`);
  }

  /** The stream belongs to the client's name: the newest connection of that name has it, an older one loses it. */
  #openSaf(session: Session, want: SafOpening, round: Round) {
    const { client } = session;
    if (client === undefined)
      throw new PanelcastError(
        'bad-request',
        'mode saf needs hello.client: the durable name that the stream belongs to',
      );
    const opened = this.saf.open(client, want);
    const live = this.#parts.streams.use(opened.entry)?.streams.get(`saf ${client}`);
    const holder = live && this.#safHolders.get(live);
    if (holder !== undefined) {
      const where = holder.session === session ? 'once more on this connection' : 'on another connection';
      const message = `client "${client}" opened this stream ${where}`;
      round.say(holder.session.id, { type: 'error', id: holder.id, code: 'conflict', message } satisfies ErrorMessage);
      round.closed(holder.session.id, holder.id);
      this.close(holder.session, holder.id, round);
    }
    return opened;
  }

  ack(session: Session, { seq, view }: Extract<ToNotifier, { type: 'ack' }>): void {
    for (const live of session.streams) {
      if (live.saf === undefined || live.stream.wire !== view) continue;
      this.saf.ack(live.saf, seq);
      if (live.saf.stream.wantsMore) this.#parts.cutter.cutNow([live]);
    }
  }

  /** What a returning client has; of an epoch that has ended only store-and-forward streams know what still holds. */
  #sinceOf(
    { resume }: Session,
    { since, snapshot }: Extract<ToNotifier, { type: 'open' }>,
    resolved: ResolvedRequest,
  ): number | undefined {
    if (resume === undefined || snapshot === true) return undefined;
    const seq = since ?? resume.seq;
    if (resolved.mode === 'saf') return this.saf.sinceOf({ epoch: resume.epoch, seq });
    // What it has may be of another view: the names of its request may have meant something else then.
    if (this.#names.mayHaveMeantOther(resolved, seq)) return undefined;
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
    const own = [...session.panels()].filter(([, { stream }]) => stream === live);
    try {
      this.#bringUp.straggler(session, live, appliedAt, round);
      const past = rangeMs(session, live);
      if (past > 0) this.#bringUp.past(session, live, past, round);
    } catch (error) {
      for (const [id] of own) {
        this.close(session, id, round);
        this.#tellLost(session, id, error, round);
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
    const panel = session.panel(id);
    if (panel === undefined) throw new PanelcastError('not-found', `close.id "${id}" is not open on this connection`);
    session.remove(id);
    round.changed(session);
    this.#leave({ session, id }, panel);
  }

  /** The connection is gone, with all that it had open. */
  leave(session: Session, round: Round): void {
    const panels = [...session.panels()];
    session.removeAll();
    for (const [id, panel] of panels) this.#leave({ session, id }, panel);
    this.#parts.sessions.delete(session);
    round.forget(session.id);
  }

  #leave(registration: Registration, panel: Panel): void {
    const { cutter, streams } = this.#parts;
    const { stream: live } = panel;
    streams.leave(registration, panel);
    if (live.registrations === 0) {
      cutter.forget(live);
      this.#safHolders.delete(live);
      if (live.saf !== undefined) this.saf.seen(live.saf);
    }
    this.#lingering.unlessUsed(live.entry);
  }
}

/** How much of a view's past the session's panels want, the longest of them. */
function rangeMs(session: Session, live: LiveStream): number {
  let longest = 0;
  for (const [, { asked, stream }] of session.panels())
    if (stream === live) longest = Math.max(longest, asked.resolved.historyMs);
  return longest;
}
