import { assert } from '../lib/assert.ts';
import type { Field } from '../protocol/messages.ts';
import type { Mode, Request } from '../protocol/request.ts';
import { AllStream } from '../streams/all-stream.ts';
import { MetricStream } from '../streams/metric-stream.ts';
import { NetStream } from '../streams/net-stream.ts';
import type { Schedule } from '../streams/schedule.ts';
import type { Stream } from '../streams/stream.ts';
import type { FilterSet, ViewEntry } from '../views/filter-set.ts';
import type { SessionId, StreamId } from './link.ts';
import type { LiveStream, Registration } from './live-stream.ts';
import type { SafEntry } from './saf-table.ts';

/** Who shares a view, in the order of coming: the first is the primary. */
export interface ViewUse {
  readonly registrations: Set<Registration>;
  /** Registrations a session. */
  readonly sessions: Map<SessionId, number>;
  readonly streams: Map<string, LiveStream>;
}

export interface Joining {
  readonly entry: ViewEntry;
  readonly mode: Mode;
  readonly intervalMs: number;
  readonly session: SessionId;
  readonly id: string;
  readonly fields: readonly Field[];
  readonly request: Request;
  readonly historyMs: number;
  /** Mode saf: the client's own stream. */
  readonly saf: SafEntry | undefined;
}

export interface StreamEvents {
  /** It has its first change since its last cut. */
  dirty(stream: LiveStream): void;
  /** It holds as much as it may. */
  full(stream: LiveStream): void;
}

/** The streams that somebody listens to: one a view, mode and interval. */
export class StreamTable {
  /** Views with a stream that does not wait for the sweep. */
  readonly immediateViews = new Set<ViewEntry>();
  readonly #uses = new Map<ViewEntry, ViewUse>();
  readonly #schedule: Schedule<LiveStream>;
  readonly #on: StreamEvents;
  #lastId: StreamId = 0;
  #streams = 0;
  #registrations = 0;

  constructor(schedule: Schedule<LiveStream>, on: StreamEvents) {
    this.#schedule = schedule;
    this.#on = on;
  }

  get registrations(): number {
    return this.#registrations;
  }

  get streams(): number {
    return this.#streams;
  }

  use(entry: ViewEntry): ViewUse | undefined {
    return this.#uses.get(entry);
  }

  *values(): Iterable<LiveStream> {
    for (const { streams } of this.#uses.values()) yield* streams.values();
  }

  /** Everything that moves together with a view of this set. */
  *ofSet(set: FilterSet): Iterable<LiveStream> {
    for (const entry of set.views.values()) yield* this.#uses.get(entry)?.streams.values() ?? [];
  }

  join(joining: Joining, at: { nowMs: number; effectiveMs: number }): Registration {
    const { entry, fields, historyMs, id, intervalMs, mode, request, saf, session } = joining;
    let use = this.#uses.get(entry);
    if (use === undefined) {
      use = { registrations: new Set(), sessions: new Map(), streams: new Map() };
      this.#uses.set(entry, use);
    }
    const of = this.#schedule.enter(intervalMs, entry.set.source.name, at);
    const key = mode === 'immediate' ? mode : `${mode} ${saf === undefined ? intervalMs : saf.spooled.client}`;
    const stream = use.streams.get(key) ?? this.#create(joining, of);
    use.streams.set(key, stream);
    const registration: Registration = { session, id, fields, request, historyMs, stream, of };
    stream.registrations.add(registration);
    use.registrations.add(registration);
    use.sessions.set(session, (use.sessions.get(session) ?? 0) + 1);
    this.#registrations++;
    return registration;
  }

  /** A stream goes with its last registration. Answers who is promoted to primary, if somebody is. */
  leave(registration: Registration): Registration | undefined {
    const { of, session, stream } = registration;
    const { entry } = stream;
    const use = this.#uses.get(entry);
    assert(use !== undefined, 'a registration leaves a view that is in use');
    assert(use.registrations.has(registration), 'a registration leaves once');
    const [primary] = use.registrations;
    use.registrations.delete(registration);
    stream.registrations.delete(registration);
    this.#schedule.leave(of, entry.set.source.name);
    this.#registrations--;
    const left = use.sessions.get(session)! - 1;
    if (left > 0) use.sessions.set(session, left);
    else use.sessions.delete(session);
    if (stream.registrations.size === 0) this.#remove(use, stream);
    if (use.registrations.size === 0) this.#uses.delete(entry);
    return primary === registration ? use.registrations.values().next().value : undefined;
  }

  #create({ entry, intervalMs, mode, saf }: Joining, of: LiveStream['of']): LiveStream {
    const live: LiveStream = {
      id: ++this.#lastId,
      entry,
      mode,
      intervalMs,
      of,
      stream:
        saf?.stream ??
        createStream(
          { entry, mode, intervalMs },
          { dirty: () => this.#on.dirty(live), full: () => this.#on.full(live) },
        ),
      saf,
      registrations: new Set(),
      dirtySinceMs: 0,
      sentMs: 0,
    };
    if (saf !== undefined) saf.onDirty = () => this.#on.dirty(live);
    if (mode === 'immediate') this.immediateViews.add(entry);
    this.#streams++;
    return live;
  }

  #remove(use: ViewUse, live: LiveStream): void {
    for (const [key, stream] of use.streams) if (stream === live) use.streams.delete(key);
    live.of.dirty.delete(live);
    if (live.mode === 'immediate') this.immediateViews.delete(live.entry);
    if (live.saf === undefined) live.entry.view.sinks.delete(live.stream as never);
    else live.saf.stream.detach();
    this.#streams--;
  }
}

function createStream(
  { entry, intervalMs, mode }: Pick<Joining, 'entry' | 'intervalMs' | 'mode'>,
  on: { dirty: () => void; full: () => void },
): Stream {
  const { id, view } = entry;
  // Frames of two modes of one view must not mix at a viewer that has both, nor may a change come at each interval.
  const wire = mode === 'net' ? `v${id}` : mode === 'all' ? `v${id}:all:${intervalMs}` : `v${id}:${mode}`;
  if (view.kind === 'metric') {
    const stream = new MetricStream(wire, view, on.dirty);
    view.sinks.add(stream);
    return stream;
  }
  const stream = mode === 'all' ? new AllStream(wire, view, on) : new NetStream(wire, view, on.dirty);
  view.sinks.add(stream);
  return stream;
}
