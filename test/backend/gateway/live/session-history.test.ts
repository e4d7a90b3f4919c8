import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Fanout } from '../../../../backend/gateway/live/fanout.ts';
import { type Framing, lineFraming } from '../../../../backend/gateway/live/framing.ts';
import { LIVE_LIMITS } from '../../../../backend/gateway/live/limits.ts';
import { LiveCounters } from '../../../../backend/gateway/live/live-counters.ts';
import { Session, type SessionHouse } from '../../../../backend/gateway/live/session.ts';
import { SubscriptionGroups } from '../../../../backend/gateway/live/subscription-groups.ts';
import type { Wire } from '../../../../backend/gateway/live/wire.ts';
import { createLog } from '../../../../backend/lib/log.ts';
import type { CutFacts, ToNotifier } from '../../../../backend/notifier/link.ts';
import { checkHistories } from '../../../support/history.ts';
import type { Random } from '../../../support/random.ts';
import { SimClock } from '../../../support/sim-clock.ts';
import { batchOf, type ScriptItem } from './scripted-notifier.ts';

const VIEWERS = 3;
const STREAMS = 3;
const ALL = Array.from({ length: STREAMS }, (_, stream) => stream);

type Step =
  | { readonly type: 'change' | 'cut'; readonly streams: readonly number[]; readonly bytes: number }
  | { readonly type: 'subscribe' | 'unsubscribe'; readonly viewer: number; readonly stream: number }
  | { readonly type: 'answer' | 'refresh' | 'stall' | 'drain' | 'leave'; readonly viewer: number };

/** Most viewers begin with most streams. */
const generate = (random: Random): Step[] => [
  ...Array.from({ length: 2 * VIEWERS * STREAMS }, (): Step => {
    return { type: 'subscribe', viewer: random.int(VIEWERS), stream: random.int(STREAMS) };
  }),
  ...Array.from({ length: 10 + random.int(50) }, (): Step => {
    const viewer = random.int(VIEWERS);
    const streams = ALL.filter(() => random.chance(0.5));
    const roll = random.next();
    if (roll < 0.2) return { type: 'change', streams, bytes: 0 };
    if (roll < 0.5) return { type: 'cut', streams, bytes: random.pick([10, 1500, 1500]) };
    if (roll < 0.55) return { type: 'subscribe', viewer, stream: random.int(STREAMS) };
    if (roll < 0.58) return { type: 'unsubscribe', viewer, stream: random.int(STREAMS) };
    if (roll < 0.8) return { type: 'answer', viewer };
    if (roll < 0.9) return { type: 'refresh', viewer };
    return { type: random.pick(['stall', 'drain', 'drain', 'leave'] as const), viewer };
  }),
];

/** Lines, that the test can read, from a client that answers. */
const answeringLines: Framing = { ...lineFraming, answers: true };

/** A socket that takes everything until it is stalled. */
class TestWire extends EventEmitter implements Wire {
  readonly framing = answeringLines;
  writable = true;
  isStalled = false;
  writableLength = 0;
  readonly #receive: (line: string) => void;

  constructor(receive: (line: string) => void) {
    super();
    this.#receive = receive;
  }

  get socket(): Socket {
    return this as unknown as Socket;
  }

  write(buffer: Buffer): boolean {
    if (this.isStalled) this.writableLength += buffer.length;
    for (const line of buffer.toString().split('\n').slice(0, -1)) this.#receive(line);
    return true;
  }

  cork(): void {}

  uncork(): void {}

  drain(): void {
    this.isStalled = false;
    this.writableLength = 0;
    this.emit('drain');
  }

  close(): void {
    this.writable = false;
  }

  cut(): void {
    this.writable = false;
  }
}

/** A client that applies frames at cuts and holds its state against what the notifier had said by then. */
class Replica {
  readonly session: Session;
  readonly wire: TestWire;
  readonly asked: number[] = [];
  /** Frames that no cut has followed yet. */
  uncut = 0;
  readonly #state = new Map<number, number>();
  readonly #expected: readonly ReadonlyMap<number, number>[];

  constructor(id: number, house: SessionHouse, expected: readonly ReadonlyMap<number, number>[]) {
    this.#expected = expected;
    this.wire = new TestWire(line => this.#receive(line));
    this.session = new Session(id, this.wire, { identity: { role: 'viewer' } }, house);
    this.session.greeted();
  }

  /** What is written counts as read: a stalled socket's bytes are on their way, in order. */
  #receive(line: string): void {
    const message = JSON.parse(line);
    if (message.type === 'value') {
      this.#state.set(message.stream, message.value);
      this.uncut++;
    }
    if (message.type === 'forget') this.#state.delete(message.stream);
    if (message.type !== 'cut') return;
    this.uncut = 0;
    // The script numbers its cuts in `intervalMs`.
    const expected = this.#expected[message.intervalMs]!;
    for (const [stream, value] of this.#state) expect([stream, value]).toEqual([stream, expected.get(stream)]);
    if (message.ack) this.asked.push(message.asOf);
  }
}

class World {
  readonly #told: ToNotifier[] = [];
  readonly #groups = new SubscriptionGroups();
  readonly #sessions = new Map<number, Session>();
  readonly #house: SessionHouse = {
    clock: new SimClock(),
    log: createLog({ level: 'silent', pretty: false }),
    limits: { ...LIVE_LIMITS, ackBytes: 1000, unansweredBytes: 3000, socketBytes: 2000 },
    counters: new LiveCounters(() => {}),
    tell: message => void this.#told.push(message),
  };
  readonly #fanout = new Fanout({ ...this.#house, sessions: this.#sessions, groups: this.#groups, onIdle: () => {} });
  readonly #replicas: Replica[] = [];
  readonly #subscriptions: Set<number>[] = [];
  /** What every stream had been cut at, at each cut that was ever said. */
  readonly #expected: ReadonlyMap<number, number>[] = [];
  readonly #value = new Map<number, number>();
  readonly #committed = new Map<number, number>();
  readonly #cutAt = new Map<number, number>();
  #seq = 0;
  #lastSession = 0;

  constructor() {
    for (let stream = 0; stream < STREAMS; stream++) {
      this.#value.set(stream, 0);
      this.#committed.set(stream, 0);
      this.#cutAt.set(stream, 0);
    }
    for (let viewer = 0; viewer < VIEWERS; viewer++) this.#enter(viewer);
  }

  do(step: Step): void {
    if (step.type === 'change') this.#change(step.streams);
    else if (step.type === 'cut') this.#cut(step.streams, step.bytes);
    else if (step.type === 'subscribe') this.#subscribe(step.viewer, step.stream);
    else if (step.type === 'unsubscribe') this.#unsubscribe(step.viewer, step.stream);
    else if (step.type === 'answer') this.#answer(this.#replicas[step.viewer]!);
    else if (step.type === 'refresh') this.#refresh(step.viewer);
    else if (step.type === 'stall') this.#replicas[step.viewer]!.wire.isStalled = true;
    else if (step.type === 'drain') this.#replicas[step.viewer]!.wire.drain();
    else if (step.type === 'leave') this.#leave(step.viewer);
  }

  /** Whatever happened, everybody who answers gets the newest state in the end. */
  end(): void {
    for (let viewer = 0; viewer < VIEWERS; viewer++) {
      const replica = this.#replicas[viewer]!;
      replica.wire.drain();
      while (replica.asked.length > 0) this.#answer(replica);
      this.#refresh(viewer);
      while (replica.asked.length > 0) this.#answer(replica);
      expect({ isLive: replica.session.isLive, uncut: replica.uncut }).toEqual({ isLive: true, uncut: 0 });
    }
    this.#change(ALL);
    this.#cut(ALL, 10);
  }

  #change(streams: readonly number[]): void {
    for (const stream of streams) this.#value.set(stream, ++this.#seq);
  }

  #cut(streams: readonly number[], bytes: number): void {
    const changed = streams.filter(stream => this.#value.get(stream) !== this.#committed.get(stream));
    for (const stream of changed) {
      this.#committed.set(stream, this.#value.get(stream)!);
      this.#cutAt.set(stream, this.#seq);
    }
    const pad = 'x'.repeat(bytes);
    this.#say({
      type: 'cut',
      facts: this.#facts(),
      streams: changed.map(stream => [stream, [{ ...this.#valueOf(stream), pad }]] as const),
    });
  }

  #subscribe(viewer: number, stream: number): void {
    this.#subscriptions[viewer]!.add(stream);
    const { session } = this.#replicas[viewer]!;
    const messages = [this.#valueOf(stream)];
    this.#say({ type: 'send', session: session.id, subscribe: [stream], messages, cut: this.#facts() });
  }

  #unsubscribe(viewer: number, stream: number): void {
    this.#subscriptions[viewer]!.delete(stream);
    const { session } = this.#replicas[viewer]!;
    this.#say({ type: 'send', session: session.id, unsubscribe: [stream], messages: [{ type: 'forget', stream }] });
  }

  #answer({ asked, session }: Replica): void {
    const asOf = asked.shift();
    if (asOf !== undefined) session.applied(asOf);
  }

  /** The notifier brings the session up to now: every stream of its that was cut after `since`, and no other. */
  #refresh(viewer: number): void {
    const { session } = this.#replicas[viewer]!;
    const index = this.#told.findIndex(message => message.type === 'refresh' && message.session === session.id);
    if (index < 0) return;
    const [told] = this.#told.splice(index, 1);
    const since = told?.type === 'refresh' ? told.since : 0;
    const missed = [...this.#subscriptions[viewer]!].filter(stream => this.#cutAt.get(stream)! > since);
    const messages = missed.map(stream => this.#valueOf(stream));
    this.#say({ type: 'send', session: session.id, refreshed: true, messages, cut: this.#facts() });
  }

  #leave(viewer: number): void {
    const { session, wire } = this.#replicas[viewer]!;
    wire.writable = false;
    this.#sessions.delete(session.id);
    session.end();
    this.#groups.remove(session);
    this.#enter(viewer);
  }

  #enter(viewer: number): void {
    const replica = new Replica(++this.#lastSession, this.#house, this.#expected);
    this.#replicas[viewer] = replica;
    this.#subscriptions[viewer] = new Set();
    this.#sessions.set(replica.session.id, replica.session);
  }

  #valueOf(stream: number) {
    return { type: 'value', stream, value: this.#committed.get(stream)! };
  }

  #facts(): CutFacts {
    this.#expected.push(new Map(this.#committed));
    return { asOf: this.#seq, epoch: 1, intervalMs: this.#expected.length - 1, throttled: false };
  }

  #say(item: ScriptItem): void {
    this.#fanout.receive(batchOf([item]));
  }
}

describe('every cut that a viewer sees', () => {
  it('shows all of its streams as they were at that cut, however slow it is, and all catch up in the end', () => {
    checkHistories<Step>({
      seed: 20260101,
      count: 2000,
      generate,
      run(steps) {
        const world = new World();
        for (const step of steps) world.do(step);
        world.end();
      },
    });
  });
});
