import { assert } from '../lib/assert.ts';
import { SmallMap } from '../lib/small-map.ts';
import type { Mode } from '../protocol/request.ts';
import { AllStream } from '../streams/all-stream.ts';
import { MetricStream } from '../streams/metric-stream.ts';
import { NetStream } from '../streams/net-stream.ts';
import type { Schedule } from '../streams/schedule.ts';
import type { Stream } from '../streams/stream.ts';
import type { FilterSet, ViewEntry } from '../views/filter-set.ts';
import type { StreamId } from './link.ts';
import type { LiveStream, Panel } from './live-stream.ts';
import type { Asked } from './request-book.ts';
import type { SafEntry } from './saf-table.ts';
import type { Session } from './session.ts';

/** One panel's interest in a view: its viewer, and what that calls it. */
export interface Registration {
  readonly session: Session;
  readonly id: string;
}

/** Who shares a view. */
export interface ViewUse {
  readonly entry: ViewEntry;
  /** In the order of coming: the first has the primary. */
  readonly sessions: Set<Session>;
  readonly streams: SmallMap<string, LiveStream>;
  /** Undefined from its leaving until the round ends, when `promote` finds the next. */
  primary: Registration | undefined;
  registrations: number;
}

export interface Joining extends Registration {
  readonly entry: ViewEntry;
  readonly asked: Asked;
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
  readonly #withoutPrimary = new Set<ViewUse>();
  readonly #schedule: Schedule<LiveStream>;
  readonly #on: StreamEvents;
  #lastId: StreamId = 0;
  #lastPanel = 0;
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

  join(joining: Joining, at: { nowMs: number; effectiveMs: number }): Panel {
    const { asked, entry, id, saf, session } = joining;
    const { intervalMs, mode } = asked.resolved;
    let use = this.#uses.get(entry);
    if (use === undefined) {
      use = { entry, sessions: new Set(), streams: new SmallMap(), primary: { session, id }, registrations: 0 };
      this.#uses.set(entry, use);
    }
    const of = this.#schedule.enter(intervalMs, pollsOf(entry, mode), at);
    const key = streamKey({ intervalMs, mode, saf });
    const stream = use.streams.get(key) ?? this.#create(joining, of);
    use.streams.set(key, stream);
    const panel = stream.panels.get(asked) ?? { number: ++this.#lastPanel, asked, stream, of, registrations: 0 };
    stream.panels.set(asked, panel);
    use.sessions.add(session);
    for (const counted of [panel, stream, use]) counted.registrations++;
    this.#registrations++;
    return panel;
  }

  /** After the session let go of this panel, or of all that it has. A stream goes with its last registration. */
  leave({ id, session }: Registration, panel: Panel): void {
    const { asked, of, stream } = panel;
    const { entry } = stream;
    const use = this.#uses.get(entry);
    assert(use !== undefined && panel.registrations > 0, 'a registration leaves a view that is in use, once');
    this.#schedule.leave(of, pollsOf(entry, stream.mode));
    for (const counted of [panel, stream, use]) counted.registrations--;
    this.#registrations--;
    if (panel.registrations === 0) stream.panels.delete(asked);
    if (stream.registrations === 0) this.#remove(use, stream);
    if (use.registrations === 0) this.#uses.delete(entry);
    if (session.idOn(entry) === undefined) use.sessions.delete(session);
    if (use.primary?.session !== session || use.primary.id !== id) return;
    use.primary = undefined;
    this.#withoutPrimary.add(use);
  }

  /** Where the primary has left: another panel of its session, or one of the session that came next. */
  promote(): Registration[] {
    const promoted: Registration[] = [];
    for (const use of this.#withoutPrimary) {
      const [session] = use.sessions;
      if (session === undefined) continue;
      use.primary = { session, id: session.idOn(use.entry)! };
      promoted.push(use.primary);
    }
    this.#withoutPrimary.clear();
    return promoted;
  }

  #create({ asked, entry, saf }: Joining, of: LiveStream['of']): LiveStream {
    const { intervalMs, mode } = asked.resolved;
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
      panels: new SmallMap(),
      registrations: 0,
      isListed: false,
      dirtySinceMs: 0,
      sentMs: 0,
    };
    if (saf !== undefined) saf.onDirty = () => this.#on.dirty(live);
    if (mode === 'immediate') this.immediateViews.add(entry);
    this.#streams++;
    return live;
  }

  #remove(use: ViewUse, live: LiveStream): void {
    use.streams.delete(streamKey(live));
    if (live.mode === 'immediate') this.immediateViews.delete(live.entry);
    if (live.saf === undefined) live.entry.view.sinks.delete(live.stream as never);
    else live.saf.stream.detach();
    this.#streams--;
  }
}

/** The source that a registration would ask at each interval; what is pushed as it commits has none. */
function pollsOf({ set }: ViewEntry, mode: Mode): string | undefined {
  return mode === 'immediate' ? undefined : set.source.name;
}

/** Names a stream among those of its view. */
function streamKey({ intervalMs, mode, saf }: Pick<LiveStream, 'intervalMs' | 'mode' | 'saf'>): string {
  return mode === 'immediate' ? mode : `${mode} ${saf === undefined ? intervalMs : saf.spooled.client}`;
}

function createStream(
  { entry, intervalMs, mode }: Pick<LiveStream, 'entry' | 'intervalMs' | 'mode'>,
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
