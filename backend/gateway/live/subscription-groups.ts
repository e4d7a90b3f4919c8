import type { StreamId } from '../../notifier/link.ts';
import type { Frames, GroupFrames } from './cut-frames.ts';
import type { Framing } from './framing.ts';

export interface Subscriber {
  readonly framing: Framing;
  /** Owned by SubscriptionGroups. */
  group: SubscriptionGroup | undefined;
  place: number;
  /** What is to be written to it of a cut, or undefined where it gets nothing, which it has noted. */
  take(frames: GroupFrames, nowMs: number): Frames | undefined;
  write(frames: Frames): void;
}

/** All who look at the same streams over the same kind of wire, such as everybody at one dashboard. */
export class SubscriptionGroup {
  readonly key: string;
  readonly framing: Framing;
  readonly streams: readonly StreamId[];
  readonly members: Subscriber[] = [];

  constructor(key: string, framing: Framing, streams: readonly StreamId[]) {
    this.key = key;
    this.framing = framing;
    this.streams = streams;
  }
}

/**
 * Who gets which bytes. Changes wait until `settle`, which is called before a sweep and never during one: a dashboard that opens 20
 * panels makes one group and not 20, and a sweep in slices never sees a group change under it.
 */
export class SubscriptionGroups {
  readonly #groups = new Map<string, SubscriptionGroup>();
  readonly #byStream = new Map<StreamId, Set<SubscriptionGroup>>();
  readonly #unsettled = new Map<Subscriber, Set<StreamId>>();

  get size(): number {
    return this.#groups.size;
  }

  of(stream: StreamId): Iterable<SubscriptionGroup> {
    return this.#byStream.get(stream) ?? [];
  }

  change(subscriber: Subscriber, subscribe: readonly StreamId[], unsubscribe: readonly StreamId[]): void {
    if (subscribe.length + unsubscribe.length === 0) return;
    let streams = this.#unsettled.get(subscriber);
    if (streams === undefined) {
      streams = new Set(subscriber.group?.streams);
      this.#unsettled.set(subscriber, streams);
    }
    for (const stream of unsubscribe) streams.delete(stream);
    for (const stream of subscribe) streams.add(stream);
  }

  remove(subscriber: Subscriber): void {
    this.#unsettled.set(subscriber, new Set());
  }

  settle(): void {
    for (const [subscriber, streams] of this.#unsettled) {
      if (subscriber.group !== undefined) this.#takeOut(subscriber, subscriber.group);
      if (streams.size > 0) this.#putIn(subscriber, this.#groupOf(subscriber.framing, streams));
    }
    this.#unsettled.clear();
  }

  #groupOf(framing: Framing, streams: ReadonlySet<StreamId>): SubscriptionGroup {
    const sorted = [...streams].sort((a, b) => a - b);
    const key = `${framing.name} ${sorted.join()}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new SubscriptionGroup(key, framing, sorted);
      this.#groups.set(key, group);
      for (const stream of sorted) this.#index(stream).add(group);
    }
    return group;
  }

  #index(stream: StreamId): Set<SubscriptionGroup> {
    let groups = this.#byStream.get(stream);
    if (groups === undefined) {
      groups = new Set();
      this.#byStream.set(stream, groups);
    }
    return groups;
  }

  #putIn(subscriber: Subscriber, group: SubscriptionGroup): void {
    subscriber.group = group;
    subscriber.place = group.members.push(subscriber) - 1;
  }

  #takeOut(subscriber: Subscriber, group: SubscriptionGroup): void {
    const last = group.members.pop()!;
    if (last !== subscriber) {
      group.members[subscriber.place] = last;
      last.place = subscriber.place;
    }
    subscriber.group = undefined;
    if (group.members.length === 0) this.#drop(group);
  }

  #drop(group: SubscriptionGroup): void {
    this.#groups.delete(group.key);
    for (const stream of group.streams) {
      const groups = this.#byStream.get(stream)!;
      groups.delete(group);
      if (groups.size === 0) this.#byStream.delete(stream);
    }
  }
}
