import type { Socket } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { SessionId, ToNotifier } from '../../notifier/link.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import type { Grant } from '../grant.ts';
import { type CutMessage, type Frames, framesOf, type GroupFrames } from './cut-frames.ts';
import { FAREWELLS, type Farewell } from './farewell.ts';
import { FlowWindow } from './flow-window.ts';
import { type Framing, frame } from './framing.ts';
import type { LiveLimits } from './limits.ts';
import type { LiveCounters } from './live-counters.ts';
import { MessageQuota } from './message-quota.ts';
import type { Subscriber, SubscriptionGroup } from './subscription-groups.ts';
import type { Wire } from './wire.ts';

/** What all sessions of a gateway share. */
export interface SessionHouse {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: LiveLimits;
  readonly counters: LiveCounters;
  tell(message: ToNotifier): void;
}

/**
 * greeting: no `hello` yet. live: gets everything. stale: has not answered, gets nothing. refreshing: has answered, and
 * the notifier has been asked to bring it up to now; cuts still pass it by. closing: `bye` has been said.
 */
type Phase = 'greeting' | 'live' | 'stale' | 'refreshing' | 'closing';

const NOTHING_MISSED = -1;

/**
 * One client, over whatever wire. Invariant: what it has been sent is a prefix of the cuts of its streams up to
 * `#asOf`; a cut that it misses makes it stale until a refresh has brought all of its views to one later cut. Ten
 * thousand of these are held: every field counts.
 */
export class Session implements Subscriber {
  // What every cut touches stands first and together: of ten thousand sessions none is in the cache.
  readonly #socket: Socket;
  readonly #window: FlowWindow;
  readonly #house: SessionHouse;
  #phase: Phase = 'greeting';
  #asOf = 0;
  readonly id: SessionId;
  readonly wire: Wire;
  readonly grant: Grant;
  readonly quota: MessageQuota;
  group: SubscriptionGroup | undefined;
  place = 0;
  /** Ids of its registrations: as a list, since a few dozen short shared strings need no hash table. */
  readonly registrations: string[] = [];
  /** Pings since it last said anything. */
  silentPings = 0;
  #missedFrom = NOTHING_MISSED;
  /** When its phase last changed. */
  #sinceMs: number;
  /** Answers that wait for the refresh, so that they take effect in one cut with it. */
  #held: Buffer[] | undefined;
  #heldBytes = 0;
  #awaitsDrain = false;

  constructor(id: SessionId, wire: Wire, grant: Grant, house: SessionHouse) {
    const now = house.clock.monotonicMs();
    this.id = id;
    this.wire = wire;
    this.#socket = wire.socket;
    this.grant = grant;
    this.#house = house;
    this.#sinceMs = now;
    this.#window = new FlowWindow(id, now, house.limits);
    this.quota = new MessageQuota(now);
    this.group = undefined;
  }

  get framing(): Framing {
    return this.wire.framing;
  }

  /** False from the client's close frame on: the socket library ends the socket with its answer to it. */
  get #isOpen(): boolean {
    return this.#socket.writable;
  }

  get hasGreeted(): boolean {
    return this.#phase !== 'greeting';
  }

  get isLive(): boolean {
    return this.#phase === 'live';
  }

  /** For how long it has got nothing; undefined while it is not behind. */
  staleMs(nowMs: number): number | undefined {
    return this.#phase === 'stale' || this.#phase === 'refreshing' ? nowMs - this.#sinceMs : undefined;
  }

  get isClosing(): boolean {
    return this.#phase === 'closing';
  }

  greeted(): void {
    this.#enter('live');
  }

  /** A shared cut. A stale viewer's is dropped: its state will be that of a later cut, never a mixture. */
  take(frames: GroupFrames, nowMs: number): Frames | undefined {
    if (this.#phase !== 'live') return void this.#miss(frames.firstAsOf);
    if (!this.#isOpen) return undefined;
    const { limits, counters } = this.#house;
    const asking = frames.framing.answers && this.#window.shouldAsk(frames.textBytes, nowMs, limits);
    if (this.#window.isFull(asking, limits)) {
      this.#enter('stale');
      return void this.#miss(frames.firstAsOf);
    }
    this.#asOf = frames.asOf;
    counters.deliveries++;
    return this.#noteCut(frames.get(asking), asking, nowMs);
  }

  /** What the notifier has for this session alone. */
  deliver(frames: readonly Buffer[], cut: CutMessage | undefined, refreshed: boolean): void {
    if (this.#phase === 'closing' || !this.#isOpen) return;
    if (refreshed && this.#phase === 'refreshing') this.#enter('live');
    if (this.#phase !== 'live') return void this.#hold(frames, cut);
    const buffers = this.#takeHeld(frames);
    if (cut !== undefined) this.#deliverCut(buffers, cut, refreshed);
    else if (buffers.length > 0) this.write(framesOf(buffers));
  }

  #deliverCut(buffers: readonly Buffer[], cut: CutMessage, refreshed: boolean): void {
    const { clock, counters, limits } = this.#house;
    const nowMs = clock.monotonicMs();
    const asking = this.framing.answers && this.#window.shouldAsk(framesOf(buffers).bytes, nowMs, limits);
    if (!refreshed && this.#window.isFull(asking, limits)) {
      this.#enter('stale');
      return void this.#hold(buffers, cut);
    }
    this.#asOf = cut.facts.asOf;
    counters.deliveries++;
    this.write(this.#noteCut(framesOf([...buffers, cut.framed(this.framing, asking)]), asking, nowMs));
  }

  #takeHeld(frames: readonly Buffer[]): readonly Buffer[] {
    if (this.#held === undefined) return frames;
    const all = [...this.#held, ...frames];
    this.#held = undefined;
    this.#heldBytes = 0;
    return all;
  }

  /** The gateway's own word. It is never a frame of a view, so that it may pass a cut; a stale viewer's waits. */
  say(message: ServerMessage): void {
    if (this.#phase === 'closing' || !this.#isOpen) return;
    const framed = frame(this.framing, JSON.stringify(message));
    if (this.#phase === 'stale' || this.#phase === 'refreshing') this.#hold([framed], undefined);
    else this.write({ buffers: [framed], bytes: framed.length });
  }

  addRegistration(id: string): void {
    this.registrations.push(id);
    this.#house.counters.registrations++;
  }

  releaseRegistration(id: string): void {
    const index = this.registrations.indexOf(id);
    if (index < 0) return;
    this.registrations.splice(index, 1);
    this.#house.counters.registrations--;
  }

  applied(asOf: number): void {
    this.#window.applied(asOf);
    this.catchUp();
  }

  /** Takes the session out of the flow as if it had not answered: the gateway itself is behind. */
  fallBehind(): void {
    if (this.#phase === 'live') this.#enter('stale');
  }

  /** Back to live, if it has answered everything: at once when nothing was missed, else by a refresh. */
  catchUp(): void {
    if (this.#phase !== 'stale' || this.#awaitsDrain || !this.#window.isAnswered) return;
    if (this.#missedFrom === NOTHING_MISSED) {
      this.#enter('live');
      return void this.deliver([], undefined, false);
    }
    // Another cut of the same asOf may be what it missed, so the last one sent is not always whole.
    const since = Math.min(this.#asOf, this.#missedFrom - 1);
    this.#missedFrom = NOTHING_MISSED;
    this.#enter('refreshing');
    this.#house.tell({ type: 'refresh', session: this.id, since });
  }

  /** Says why and ends the connection. The first cause wins. */
  close({ reason, closeCode, retryAfterMs }: Farewell): void {
    if (this.#phase === 'closing') return;
    this.#held = undefined;
    if (this.#isOpen) {
      const bye = frame(this.framing, JSON.stringify({ type: 'bye', reason, retryAfterMs } satisfies ServerMessage));
      this.#socket.write(bye);
      this.wire.close(closeCode, reason);
    }
    this.#enter('closing');
    this.#house.counters.ended(reason);
  }

  /** The connection is gone: it counts for nothing any more. */
  end(): void {
    this.#enter('closing');
    this.#held = undefined;
    this.#house.counters.registrations -= this.registrations.length;
    this.registrations.length = 0;
  }

  /** Ends what has gone on for too long. */
  check(monotonicMs: number, nowMs: number): void {
    const { limits } = this.#house;
    const forMs = monotonicMs - this.#sinceMs;
    if (this.#phase === 'closing') {
      if (forMs >= limits.closeMs) this.wire.cut();
    } else if (this.#phase === 'greeting' && forMs >= limits.helloMs) this.close(FAREWELLS.noHello);
    else if (this.#phase === 'stale' && forMs >= limits.staleMs) this.close(FAREWELLS.slow);
    else if (nowMs >= (this.grant.expiresAtMs ?? Infinity) + expirySpreadMs(this.id)) this.close(FAREWELLS.expired);
  }

  ping(framed: Buffer): void {
    if (this.#phase !== 'live' || !this.#isOpen) return;
    if (this.framing.answers) this.silentPings++;
    if (this.silentPings > this.#house.limits.pingsUnanswered) this.close(FAREWELLS.silent);
    else this.write({ buffers: [framed], bytes: framed.length });
  }

  #enter(phase: Phase): void {
    const { clock, counters } = this.#house;
    if (this.#phase === phase) return;
    if (this.#phase === 'stale' || this.#phase === 'refreshing') counters.stale--;
    if (phase === 'stale' || phase === 'refreshing') counters.stale++;
    this.#phase = phase;
    this.#sinceMs = clock.monotonicMs();
  }

  #miss(asOf: number): void {
    if (this.#phase !== 'stale' || this.#missedFrom !== NOTHING_MISSED) return;
    this.#missedFrom = asOf;
    this.#house.counters.conflations++;
  }

  #hold(frames: readonly Buffer[], cut: CutMessage | undefined): void {
    if (cut !== undefined) this.#miss(cut.facts.asOf);
    this.#held ??= [];
    for (const buffer of frames) {
      this.#held.push(buffer);
      this.#heldBytes += buffer.length;
    }
    if (this.#heldBytes > this.#house.limits.heldBytes) this.close(FAREWELLS.overflow);
  }

  #noteCut(frames: Frames, asking: boolean, nowMs: number): Frames {
    this.#window.sent(frames.bytes);
    if (asking) this.#window.asked(this.#asOf, nowMs);
    return frames;
  }

  /** What was taken, before anything else is said to this session. */
  write({ buffers, bytes }: Frames): void {
    const socket = this.#socket;
    this.#house.counters.bytes += bytes;
    if (buffers.length === 1) socket.write(buffers[0]!);
    else {
      socket.cork();
      for (const buffer of buffers) socket.write(buffer);
      socket.uncork();
    }
    if (socket.writableLength > this.#house.limits.socketBytes) this.#waitForDrain();
  }

  #waitForDrain(): void {
    if (this.#awaitsDrain) return;
    this.#awaitsDrain = true;
    this.#socket.once('drain', () => {
      this.#awaitsDrain = false;
      this.catchUp();
    });
    this.fallBehind();
  }
}

/** All viewers of one Grafana user share one signed identity: they come back over half a minute, not at once. */
function expirySpreadMs(id: SessionId): number {
  return (id * 7919) % 30_000;
}
