import { ERROR_KINDS } from '../../backend/protocol/errors.ts';
import {
  type ClientHello,
  type ClientMessage,
  type Cut,
  type ErrorMessage,
  type Open,
  type Opened,
  PROTOCOL,
  type ServerMessage,
  type Welcome,
} from '../../backend/protocol/messages.ts';
import type { Request } from '../../backend/protocol/request.ts';
import { Connection, type ConnectionStatus } from './connection.ts';
import { CutHistory } from './cut-history.ts';
import { FlushCalls } from './flush-calls.ts';
import { Freshness, type FreshnessName } from './freshness.ts';
import type { Page, Timer } from './page.ts';
import { PageCommit } from './page-commit.ts';
import { type Lease, SharedView } from './shared-view.ts';
import { STEPS, type Step, type Transports } from './transport.ts';
import { requestKey, wireRequest } from './wire-request.ts';
import { WireSession } from './wire-session.ts';

export interface HubOptions {
  readonly page: Page;
  readonly transports: Transports;
  readonly steps?: readonly Step[];
}

/** The last cut, in the words of a frame's meta. */
export interface CutFacts {
  readonly asOf: number;
  readonly intervalMs: number;
  readonly throttled: boolean;
  readonly atMs: number;
}

/** A refresh, a time range, a switch of dashboards: all leave and come back within this. */
const LINGER_MS = 20_000;
/** Views that nobody looks at, kept for a return. */
const LINGERING_MAX = 60;
/** Without any view. */
const IDLE_MS = 60_000;
/** A chart over time moves on even where its metric does not change. */
const HEARTBEAT_MS = 10_000;
const RETRY_MS = 5000;
const RETRY_MS_MAX = 60_000;

/**
 * All live views of a page: one connection, each request once however many panels ask it, everything shown at one cut.
 * It outlives panels and dashboards, so that a refresh or a switch costs nothing on the wire and shows no blank.
 */
export class Hub {
  readonly #page: Page;
  readonly #connection: Connection;
  readonly #commit: PageCommit;
  readonly #freshness: Freshness;
  readonly #flushes = new FlushCalls();
  readonly #views = new Map<string, SharedView>();
  readonly #history = new CutHistory();
  readonly #replays = new Set<() => void>();
  #session = new WireSession(false);
  #unsent: SharedView[] = [];
  #lastId = 0;
  #epoch: number | undefined;
  #baseIntervalMs = 1000;
  #cut: CutFacts | undefined;
  #heardMs = 0;
  #idleTimer: Timer | undefined;
  #heartbeat: Timer | undefined;

  constructor({ page, steps = STEPS, transports }: HubOptions) {
    this.#page = page;
    this.#commit = new PageCommit(page);
    this.#freshness = new Freshness(page, () => this.#markAll());
    this.#connection = new Connection({
      page,
      steps,
      transports,
      greeting: () => this.#greeting(),
      receive: message => this.#receive(message),
      changed: status => this.#statusChanged(status),
    });
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  get freshness(): FreshnessName {
    return this.#freshness.name;
  }

  get cut(): CutFacts | undefined {
    return this.#cut;
  }

  /** Until when what is shown is known to hold: a live page would have been told of a change. */
  get knownMs(): number {
    return this.#freshness.name === 'live' ? this.#page.now() : this.#heardMs;
  }

  get nowMs(): number {
    return this.#page.now();
  }

  /** Views kept, with and without panels. */
  get size(): number {
    return this.#views.size;
  }

  /**
   * The listener is told whenever the view has something new to show, in the animation frame of all others; for what is
   * there already in a microtask, never from within this call.
   */
  subscribe(asked: Request, listener: () => void): { readonly view: SharedView; release(): void } {
    const request = wireRequest(asked);
    const key = requestKey(request);
    const view = this.#views.get(key) ?? this.#create(key, request);
    const lease: Lease = { listener };
    if (view.leases.size === 0) {
      view.timer?.cancel();
      this.#views.delete(key);
      this.#views.set(key, view); // the last used stands last
    }
    view.leases.add(lease);
    this.#idleTimer?.cancel();
    this.#heartbeat ??= this.#page.after(HEARTBEAT_MS, () => this.#beat());
    this.#connection.want();
    if (view.isSettled) this.#replay(listener);
    return { view, release: () => this.#release(view, lease) };
  }

  /** Resolves with the seq at which the page shows the edit, everywhere in one cut. */
  flush(minSeq: number): Promise<number> {
    const { id, answered } = this.#flushes.call();
    if (this.#connection.isOpen) this.#connection.send([{ type: 'flush', id, minSeq }]);
    else this.#flushes.fail('there is no live connection');
    return answered;
  }

  dispose(): void {
    for (const view of this.#views.values()) view.timer?.cancel();
    for (const timer of [this.#idleTimer, this.#heartbeat]) timer?.cancel();
    this.#views.clear();
    this.#flushes.fail('the data source was closed');
    this.#connection.dispose();
    this.#freshness.dispose();
  }

  /** A panel of several views is told once. */
  #replay(listener: () => void): void {
    if (this.#replays.size === 0) queueMicrotask(() => this.#replayAll());
    this.#replays.add(listener);
  }

  #replayAll(): void {
    const listeners = [...this.#replays];
    this.#replays.clear();
    for (const listener of listeners) listener();
  }

  #create(key: string, request: Request): SharedView {
    const view = new SharedView(key, request);
    this.#views.set(key, view);
    this.#ask(view);
    return view;
  }

  /** Opens of one turn go out together. */
  #ask(view: SharedView): void {
    view.phase = 'unsent';
    this.#unsent.push(view);
    if (this.#unsent.length === 1) queueMicrotask(() => this.#sendUnsent());
  }

  #sendUnsent(): void {
    const waiting = this.#unsent.filter(view => view.phase === 'unsent' && this.#views.has(view.key));
    this.#unsent = [];
    if (this.#connection.isOpen) this.#connection.send(waiting.map(view => this.#open(view)));
  }

  #open(view: SharedView, since?: number): Open {
    view.timer?.cancel();
    this.#session.register(view, String(++this.#lastId));
    const { id, request } = view;
    if (since !== undefined) return { type: 'open', id, request, since };
    return { type: 'open', id, request, ...(this.#session.isResumed && { snapshot: true }) };
  }

  #release(view: SharedView, lease: Lease): void {
    if (!view.leases.delete(lease)) return;
    this.#commit.forget(lease.listener);
    this.#replays.delete(lease.listener);
    if (view.leases.size > 0) return;
    // What failed is asked again by the next who wants it.
    if (view.phase === 'failed' || !view.isSettled || view.error) return void this.#drop(view);
    view.timer?.cancel();
    view.timer = this.#page.after(LINGER_MS, () => this.#drop(view));
    const lingering = [...this.#views.values()].filter(({ leases }) => leases.size === 0);
    for (const oldest of lingering.slice(0, -LINGERING_MAX)) this.#drop(oldest);
  }

  #drop(view: SharedView): void {
    view.timer?.cancel();
    if (view.phase === 'opening' || view.phase === 'open') this.#connection.send([{ type: 'close', id: view.id }]);
    this.#views.delete(view.key);
    this.#session.leave(view);
    if (this.#views.size > 0) return;
    this.#heartbeat?.cancel();
    this.#heartbeat = undefined;
    this.#idleTimer?.cancel();
    this.#idleTimer = this.#page.after(IDLE_MS, () => this.#connection.unwant());
  }

  /** Everything that panels show is opened again: as a difference where it is held, as a snapshot where it is new. */
  #greeting(): { messages: readonly ClientMessage[]; resumes: boolean } {
    for (const view of [...this.#views.values()]) if (view.leases.size === 0) this.#drop(view);
    const views = [...this.#views.values()];
    const held = views.filter(view => view.store?.asOf !== undefined && view.completeAsOf > 0);
    const resumes = held.length > 0 && this.#epoch !== undefined;
    this.#session = new WireSession(resumes);
    const opens = views.map(view => this.#open(view, resumes && held.includes(view) ? view.completeAsOf : undefined));
    const seq = Math.min(...held.map(view => view.completeAsOf));
    const hello: ClientHello = {
      type: 'hello',
      protocol: PROTOCOL,
      ...(resumes && { resume: { epoch: this.#epoch!, seq } }),
    };
    return { messages: [hello, ...opens], resumes };
  }

  #receive(message: ServerMessage): void {
    this.#heardMs = this.#page.now();
    switch (message.type) {
      case 'welcome':
        return void this.#welcome(message);
      case 'opened':
        return void this.#opened(message);
      case 'snap':
      case 'delta':
      case 'rows':
      case 'metric':
      case 'series':
      case 'gap':
        return void this.#session.stage(message);
      case 'cut':
        return void this.#take(message);
      case 'flushed':
        return void this.#commit.whenPainted(() => this.#flushes.answer(message.id, message.asOf));
      case 'error':
        return void this.#refused(message);
    }
  }

  #welcome({ epoch, intervalMs }: Welcome): void {
    if (epoch !== this.#epoch) for (const view of this.#views.values()) view.completeAsOf = 0;
    this.#epoch = epoch;
    this.#baseIntervalMs = intervalMs;
  }

  #opened(message: Opened): void {
    const view = this.#session.viewOf(message.id);
    if (view === undefined) return;
    const before = view.phase === 'open' ? view.opened : undefined;
    if (this.#session.opened(view, message)) {
      // Promoted: no row has changed, so that no cut may come to show it.
      if (before?.view === message.view && before.role !== message.role) this.#mark(view);
      return;
    }
    this.#session.leave(view);
    view.completeAsOf = 0;
    this.#connection.send([{ type: 'close', id: message.id }, this.#open(view)]);
  }

  #take({ ack, asOf, intervalMs, throttled }: Cut): void {
    const atMs = this.#page.now();
    this.#cut = { asOf, intervalMs, throttled, atMs };
    this.#history.note(asOf, atMs);
    for (const view of this.#session.commit(asOf, atMs)) {
      view.shows(asOf);
      this.#mark(view);
    }
    if (ack) this.#commit.whenPainted(() => this.#connection.send([{ type: 'applied', asOf }]));
  }

  #refused({ code, id, message, position }: ErrorMessage): void {
    if (id === undefined) return;
    const view = this.#session.viewOf(id);
    if (view === undefined) return void this.#flushes.refuse(id, message);
    view.error = { code, message, ...(position === undefined ? {} : { position }) };
    if (view.phase === 'opening') {
      this.#session.refused(view);
      // An upstream that does not answer takes nothing away; a request that is no longer allowed does.
      if (ERROR_KINDS[code]?.retry) this.#retry(view);
      else view.opened = undefined;
    }
    this.#mark(view);
  }

  #retry(view: SharedView): void {
    const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** view.failures++) * (0.5 + this.#page.random() / 2);
    view.timer?.cancel();
    view.timer = this.#page.after(delayMs, () => this.#ask(view));
  }

  #mark(view: SharedView): void {
    for (const { listener } of view.leases) this.#commit.mark(listener);
  }

  #markAll(): void {
    for (const view of this.#views.values()) if (view.isSettled) this.#mark(view);
  }

  #statusChanged({ loss, name }: ConnectionStatus): void {
    if (name === 'greeting' || name === 'resuming') return;
    if (name === 'live') return void this.#freshness.recovered();
    this.#disconnected();
    if (name === 'idle') this.#freshness.recovered();
    if (loss === undefined || name === 'connecting') return;
    for (const view of this.#views.values()) {
      if (view.hasContent || view.store?.asOf !== undefined) continue;
      view.error = { code: 'overloaded', message: `the notifier cannot be reached (${loss.message}); trying again` };
      this.#mark(view);
    }
  }

  /** What is held stays and is shown; from where on it is incomplete is known only now. */
  #disconnected(): void {
    const views = [...this.#views.values()];
    const slowestMs = Math.max(this.#baseIntervalMs, ...views.map(({ request }) => request.intervalMs ?? 0));
    const stretch = Math.max(1, (this.#cut?.intervalMs ?? 0) / this.#baseIntervalMs);
    const sure = this.#history.at(this.#heardMs - 2 * slowestMs * stretch - 1000);
    for (const view of views) {
      if (view.phase === 'open') view.completeAsOf = Math.max(view.completeAsOf, sure);
      if (view.phase !== 'failed') view.phase = 'unsent';
    }
    this.#session.end();
    this.#session = new WireSession(false);
    this.#history.clear();
    this.#flushes.fail('the connection was lost');
    this.#freshness.lost();
  }

  #beat(): void {
    this.#heartbeat = this.#page.after(HEARTBEAT_MS, () => this.#beat());
    if (this.#page.isHidden || this.#freshness.name !== 'live') return;
    for (const view of this.#views.values())
      if (view.request.historyMs !== undefined && view.hasContent) this.#mark(view);
  }
}
