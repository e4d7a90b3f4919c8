import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { LiveStats } from '../../notifier/calls.ts';
import type { NotifierLink, SessionId, ToNotifier } from '../../notifier/link.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { Grant } from '../grant.ts';
import { Fanout } from './fanout.ts';
import { GOING_AWAY } from './farewell.ts';
import { frame, lineFraming, webSocketFraming } from './framing.ts';
import { Inbox, type WelcomeFacts } from './inbox.ts';
import { LIVE_LIMITS, type LiveLimits } from './limits.ts';
import { LiveCounters } from './live-counters.ts';
import { liveRoutes } from './live-routes.ts';
import { Outbox } from './outbox.ts';
import { Session, type SessionHouse } from './session.ts';
import { SubscriptionGroups } from './subscription-groups.ts';
import type { Wire } from './wire.ts';

export interface LiveGatewayOptions {
  readonly link: NotifierLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: Partial<LiveLimits>;
  /** What `welcome` says beside the session: asked each time, since an epoch may change. */
  welcome(): WelcomeFacts;
  /** Who asks; throws `forbidden`. */
  authenticate(request: FastifyRequest): Promise<Grant>;
  countRejection(code: ErrorCode): void;
}

const TICK_MS = 1000;
/** Farewells between two looks at the event loop. */
const SLICE = 256;

const PING = JSON.stringify({ type: 'ping' });
const PINGS = { websocket: frame(webSocketFraming, PING), lines: frame(lineFraming, PING) } as const;

/** All live clients: their connections on one side, the notifier on the other. */
export class LiveGateway {
  readonly #sessions = new Map<SessionId, Session>();
  readonly #groups = new SubscriptionGroups();
  readonly #counters: LiveCounters;
  readonly #house: SessionHouse;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #fanout: Fanout;
  readonly #options: LiveGatewayOptions;
  #lastSession = 0;
  #ticks = 0;
  #timer: Timer;
  #stopReason: string | undefined;
  #stopped: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(options: LiveGatewayOptions) {
    const { link, clock, log } = options;
    const limits = { ...LIVE_LIMITS, ...options.limits };
    this.#options = options;
    this.#counters = new LiveCounters(code => options.countRejection(code));
    this.#outbox = new Outbox(link);
    this.#house = {
      clock,
      log,
      limits,
      counters: this.#counters,
      tell: (message: ToNotifier) => this.#outbox.tell(message),
    };
    this.#inbox = new Inbox(this.#house, () => options.welcome());
    this.#fanout = new Fanout({
      clock,
      log,
      limits,
      sessions: this.#sessions,
      groups: this.#groups,
      onIdle: () => {
        this.#house.tell({ type: 'distributed', ms: this.#fanout.lastBusyMs });
        this.#whenIdle?.();
      },
    });
    link.onOutput(batch => this.#fanout.receive(batch));
    this.#timer = clock.after(TICK_MS, () => this.#tick());
  }

  get clock(): Clock {
    return this.#house.clock;
  }

  get limits(): LiveLimits {
    return this.#house.limits;
  }

  get inbox(): Inbox {
    return this.#inbox;
  }

  get isStopping(): boolean {
    return this.#stopReason !== undefined;
  }

  /** Everything that the notifier has said is with the sockets. */
  get isIdle(): boolean {
    return this.#fanout.isIdle;
  }

  install(server: FastifyInstance): void {
    liveRoutes(server, this, request => this.#options.authenticate(request));
  }

  /** A new client; the caller hands its messages to the inbox and says `leave` when the connection is gone. */
  enter(wire: Wire, grant: Grant): Session {
    const session = new Session(++this.#lastSession, wire, grant, this.#house);
    this.#sessions.set(session.id, session);
    if (this.#stopReason !== undefined) this.#sayBye(session, this.#stopReason);
    return session;
  }

  leave(session: Session): void {
    if (!this.#sessions.delete(session.id)) return;
    if (session.hasGreeted) this.#house.tell({ type: 'leave', session: session.id });
    session.end();
    this.#groups.remove(session);
    if (this.#sessions.size === 0) this.#whenEmpty?.();
  }

  /** Writes what waits, says `bye` to everybody, and cuts off at the deadline whoever has not gone by then. */
  stop(reason = 'the notifier is stopping', deadlineMs = 5000): Promise<void> {
    this.#stopReason ??= reason;
    this.#stopped ??= this.#stop(this.#stopReason, deadlineMs);
    return this.#stopped;
  }

  /** For measuring what a bare write to the same sockets would cost. */
  sockets(): Socket[] {
    return [...this.#sessions.values()].map(({ wire }) => wire.socket);
  }

  stats(): LiveStats {
    const { registrations, stale, deliveries, bytes, conflations, farewells } = this.#counters;
    return {
      viewers: this.#sessions.size,
      registrations,
      stale,
      groups: this.#groups.size,
      deliveries,
      bytesSent: bytes,
      conflations,
      backlogBytes: this.#fanout.backlogBytes,
      backlogMs: this.#fanout.backlogMs(this.#house.clock.monotonicMs()),
      lastDistributionMs: this.#fanout.lastBusyMs,
      farewells: Object.fromEntries(farewells),
    };
  }

  /** Viewers that are behind, at most so many of them. */
  staleViewers(max: number): { readonly session: SessionId; readonly forMs: number }[] {
    const found: { session: SessionId; forMs: number }[] = [];
    if (this.#counters.stale === 0) return found;
    const now = this.#house.clock.monotonicMs();
    for (const session of this.#sessions.values()) {
      const forMs = session.staleMs(now);
      if (forMs !== undefined && found.push({ session: session.id, forMs }) === max) break;
    }
    return found;
  }

  async #stop(reason: string, deadlineMs: number): Promise<void> {
    const { clock } = this.#house;
    const deadline = Promise.withResolvers<void>();
    const timer = clock.after(deadlineMs, deadline.resolve);
    await Promise.race([this.#idle(), deadline.promise]);
    await this.#sayByeToAll(reason);
    await Promise.race([this.#empty(), deadline.promise]);
    timer.cancel();
    this.#timer.cancel();
    for (const session of this.#sessions.values()) session.wire.cut();
    this.#outbox.flush();
  }

  #idle(): Promise<void> {
    if (this.#fanout.isIdle) return Promise.resolve();
    return new Promise(resolve => (this.#whenIdle = resolve));
  }

  #empty(): Promise<void> {
    if (this.#sessions.size === 0) return Promise.resolve();
    return new Promise(resolve => (this.#whenEmpty = resolve));
  }

  async #sayByeToAll(reason: string): Promise<void> {
    let said = 0;
    for (const session of this.#sessions.values()) {
      this.#sayBye(session, reason);
      if (++said % SLICE === 0) await setImmediate();
    }
  }

  #sayBye(session: Session, reason: string): void {
    session.close({ reason, closeCode: GOING_AWAY, retryAfterMs: returnMs(session.id) });
  }

  /** Once a second, one timer for everybody. Pings are spread over their period, so that no tick writes to all. */
  #tick(): void {
    this.#timer = this.#house.clock.after(TICK_MS, () => this.#tick());
    this.#fanout.settle();
    const ticksBetweenPings = Math.max(1, Math.round(this.#house.limits.pingMs / TICK_MS));
    const turn = ++this.#ticks % ticksBetweenPings;
    const { clock } = this.#house;
    const [monotonicMs, nowMs] = [clock.monotonicMs(), clock.now()];
    for (const session of this.#sessions.values()) {
      session.check(monotonicMs, nowMs);
      if (session.id % ticksBetweenPings === turn) session.ping(PINGS[session.framing.name]);
    }
  }
}

/** Everybody is told to come back, but not in the same second. */
function returnMs(id: SessionId): number {
  return 500 + ((id * 7919) % 4500);
}
