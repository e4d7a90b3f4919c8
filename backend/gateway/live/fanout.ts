import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { CutItem, OutputBatch, OutputItem, SendItem, SessionId } from '../../notifier/link.ts';
import { CutMessage, type QueuedCut } from './cut-frames.ts';
import { FramedTexts } from './framed-texts.ts';
import type { LiveLimits } from './limits.ts';
import type { Session } from './session.ts';
import type { SubscriptionGroups } from './subscription-groups.ts';
import { Sweep } from './sweep.ts';

/** Writes between two looks at the event loop: 256 take 2 to 3 ms; 10 000 at once would stop it for 70 ms. */
const SLICE = 256;

/** Cuts that wait together go out as one write a viewer, up to this much text. */
const RUN_BYTES = 2 ** 20;

interface Queued {
  readonly item: OutputItem;
  readonly texts: FramedTexts;
  readonly isLastOfBatch: boolean;
}

export interface FanoutHouse {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: LiveLimits;
  readonly sessions: ReadonlyMap<SessionId, Session>;
  readonly groups: SubscriptionGroups;
  /** Called when nothing waits any more. */
  onIdle(): void;
}

/**
 * Brings the notifier's output to the sockets, strictly item by item, in slices. A joiner's own item therefore waits for
 * the sweep before it to end, and needs no other coordination with it. When sweeps take longer than cuts come, the cuts
 * that wait are merged, so that being behind makes the rest cheaper.
 */
export class Fanout {
  readonly #house: FanoutHouse;
  #queue: Queued[] = [];
  #next = 0;
  #waitingBytes = 0;
  #sweep: Sweep | undefined;
  #ownCut: CutMessage | undefined;
  #isScheduled = false;
  #isOverrun = false;
  /** When what is under way began. */
  #busySinceMs = 0;
  /** The last time that everything waiting was written: how long that took. */
  lastBusyMs = 0;

  constructor(house: FanoutHouse) {
    this.#house = house;
  }

  get isIdle(): boolean {
    return this.#sweep === undefined && this.#next === this.#queue.length;
  }

  get backlogBytes(): number {
    return this.#waitingBytes;
  }

  /** How long the oldest output has waited. */
  backlogMs(nowMs: number): number {
    return this.isIdle ? 0 : nowMs - this.#busySinceMs;
  }

  /** For when no cut comes for long: who has left or moved is not kept until then. */
  settle(): void {
    if (this.isIdle) this.#house.groups.settle();
  }

  receive({ texts, items }: OutputBatch): void {
    if (items.length === 0) return;
    if (this.isIdle) this.#busySinceMs = this.#house.clock.monotonicMs();
    const framed = new FramedTexts(texts);
    this.#waitingBytes += framed.bytes;
    for (const [index, item] of items.entries())
      this.#queue.push({ item, texts: framed, isLastOfBatch: index === items.length - 1 });
    if (!this.#isOverrun && this.#waitingBytes > this.#house.limits.backlogBytes) this.#overrun();
    if (!this.#isScheduled) this.#slice();
  }

  #slice = (): void => {
    this.#isScheduled = false;
    const nowMs = this.#house.clock.monotonicMs();
    for (let budget = SLICE; budget > 0; ) {
      if (this.#sweep !== undefined) {
        budget -= this.#sweep.write(budget, nowMs);
        if (this.#sweep.isDone) this.#sweep = undefined;
      } else if (this.#next < this.#queue.length) {
        this.#begin();
        budget--;
      } else return void this.#rest(nowMs);
    }
    this.#isScheduled = true;
    setImmediate(this.#slice);
  };

  #begin(): void {
    const queued = this.#queue[this.#next]!;
    if (queued.item.type === 'cut') {
      this.#house.groups.settle();
      this.#sweep = new Sweep(this.#takeCuts(), this.#house.groups);
    } else {
      this.#take();
      try {
        this.#send(queued.item, queued.texts);
      } catch (error) {
        // A fault in what concerns one session must not keep its cuts from all others.
        this.#house.log.error({ err: error, session: queued.item.session }, 'an output item failed');
      }
    }
  }

  #take(): Queued {
    const taken = this.#queue[this.#next++]!;
    if (taken.isLastOfBatch) this.#waitingBytes -= taken.texts.bytes;
    if (this.#next === this.#queue.length) {
      this.#queue = [];
      this.#next = 0;
    }
    return taken;
  }

  /** The cut that is next and those that follow it directly. */
  #takeCuts(): QueuedCut[] {
    const cuts: QueuedCut[] = [];
    let bytes = 0;
    while (this.#next < this.#queue.length && bytes < RUN_BYTES) {
      const { item, texts } = this.#queue[this.#next]!;
      if (item.type !== 'cut') break;
      this.#take();
      cuts.push({ item, texts, message: new CutMessage(item.facts) });
      bytes += textBytes(item);
    }
    return cuts;
  }

  #send(item: SendItem, texts: FramedTexts): void {
    const session = this.#house.sessions.get(item.session);
    if (session === undefined) return;
    this.#house.groups.change(session, item.subscribe ?? [], item.unsubscribe ?? []);
    for (const id of item.closed ?? []) session.releaseRegistration(id);
    session.deliver(texts.pieces(session.framing, item.spans), this.#cutOf(item), item.refreshed === true);
  }

  /** All who are answered in one round have the same facts, and so the same message. */
  #cutOf({ cut }: SendItem): CutMessage | undefined {
    if (cut === undefined) return undefined;
    if (this.#ownCut?.facts !== cut) this.#ownCut = new CutMessage(cut);
    return this.#ownCut;
  }

  /** The sockets take less than the views produce: everybody skips to the newest state instead of waiting in line. */
  #overrun(): void {
    this.#isOverrun = true;
    for (const session of this.#house.sessions.values()) session.fallBehind();
  }

  #rest(nowMs: number): void {
    this.lastBusyMs = nowMs - this.#busySinceMs;
    if (this.#isOverrun) {
      this.#isOverrun = false;
      for (const session of this.#house.sessions.values()) session.catchUp();
    }
    this.#house.onIdle();
  }
}

function textBytes(item: CutItem): number {
  let bytes = 0;
  for (const spans of item.spans) for (const { from, to } of spans) bytes += to - from;
  return bytes;
}
