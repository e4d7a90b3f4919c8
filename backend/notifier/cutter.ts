import type { Clock, Timer } from '../lib/clock.ts';
import type { Schedule } from '../streams/schedule.ts';
import type { Encode } from '../streams/stream.ts';
import type { Throttle } from '../streams/throttle.ts';
import type { Counters } from '../views/counters.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import type { ViewTable } from '../views/view-table.ts';
import { inCutOrder, type Taken } from './cut-order.ts';
import { Holds } from './holds.ts';
import type { CutFacts, CutItem, Span } from './link.ts';
import type { LiveStream } from './live-stream.ts';
import type { StreamTable } from './stream-table.ts';
import { Sweep } from './sweep.ts';
import { type SweepRecord, SweepRecords } from './sweep-records.ts';

export interface CutterOptions {
  readonly clock: Clock;
  readonly views: ViewTable;
  readonly streams: StreamTable;
  readonly schedule: Schedule<LiveStream>;
  readonly throttle: Throttle;
  readonly counters: Counters;
  readonly intervalMs: number;
  /** Where the log is now. */
  readonly position: () => { readonly seq: number; readonly epoch: number };
  /** Puts the texts of a sweep where they will be sent from. Nothing else may be sent while `isSweeping`. */
  readonly write: (texts: readonly string[]) => readonly Span[];
  readonly emit: (cut: CutItem) => void;
  readonly onFault: (entry: ViewEntry, error: unknown) => void;
}

/** At most 50 sends a second: an eye sees no more, and a storm costs no more. */
const IMMEDIATE_GAP_MS = 20;

/**
 * Decides when which streams are cut, and cuts them.
 *
 * Invariant: cuts leave in order of asOf. So whatever comes out of turn (a flush, an immediate stream, a newcomer to a
 * stream of all changes) first finishes the sweep that is under way. Without streams there is no timer.
 */
export class Cutter {
  readonly #options: CutterOptions;
  /** Dirty streams that do not wait for their interval. */
  readonly #immediate = new Set<LiveStream>();
  readonly #holds = new Holds();
  readonly records = new SweepRecords();
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #immediateTimer: Timer | undefined;
  #sweep: Sweep | undefined;
  #turn = 0;
  /** The longest since the last sweep in its turn. */
  #distributionMs = 0;

  constructor(options: CutterOptions) {
    this.#options = options;
  }

  /** A stream has its first change since its last cut. */
  dirty(live: LiveStream): void {
    live.dirtySinceMs = this.#options.clock.now();
    if (live.mode === 'immediate') this.#immediate.add(live);
    else if (!live.isListed) {
      live.isListed = true;
      live.of.dirty.push(live);
    }
  }

  /** It cannot wait for its interval, and what moves together with it does not either. */
  full({ entry }: LiveStream): void {
    for (const live of this.#options.streams.ofSet(entry.set)) this.#immediate.add(live);
  }

  forget(live: LiveStream): void {
    this.#immediate.delete(live);
    const { set } = live.entry;
    for (const _ of this.#options.streams.ofSet(set)) return;
    this.#holds.forget(set);
  }

  /** What it has written so far goes out with the rest of it. */
  get isSweeping(): boolean {
    return this.#sweep !== undefined;
  }

  /** Changes were applied, or time was: immediate streams do not wait for the sweep. */
  committed(): void {
    const { streams, views } = this.#options;
    for (const entry of views.touched.intersection(streams.immediateViews)) this.#settle(entry);
    if (this.#immediate.size === 0 || this.#immediateTimer !== undefined) return;
    const now = this.#options.clock.now();
    let waitMs = 0;
    for (const live of this.#immediate) waitMs = Math.max(waitMs, live.sentMs + IMMEDIATE_GAP_MS - now);
    if (waitMs <= 0) this.#cutImmediate();
    else {
      this.#immediateTimer = this.#options.clock.after(waitMs, () => {
        this.#immediateTimer = undefined;
        this.#options.views.advance(this.#options.clock.now());
        this.#cutImmediate();
      });
    }
  }

  /** Sees to it that the next due moment has a timer, and that there is none when nothing will be due. */
  schedule(): void {
    const next = Math.min(this.#options.schedule.nextMs(), this.#holds.nextMs());
    if (next === this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = next;
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#options.clock.after(Math.max(0, next - this.#options.clock.now()), () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#tick();
      this.schedule();
    });
  }

  /** Cuts these streams at this instant, out of turn. */
  cutNow(streams: Iterable<LiveStream>): void {
    this.finishSweep();
    const taken = this.#take(streams);
    if (taken.length === 0) return;
    // Each registration would have asked now, as it does at its interval otherwise.
    const asked = new Map<string, number>();
    for (const { live } of taken) add(asked, live.entry.set.source.name, live.registrations);
    this.#sweepOver(taken, { due: false, asked }).finish();
  }

  /** A flush: what it cuts is next due one whole interval later. */
  flush(streams: ReadonlySet<LiveStream>): void {
    const now = this.#options.clock.now();
    this.#options.views.advance(now);
    this.cutNow(streams);
    for (const live of streams)
      if (live.mode !== 'immediate') this.#holds.add(live, now + this.#options.throttle.intervalMs(live.intervalMs));
    this.schedule();
  }

  /** Writing some cuts to the sockets took this long, on their thread. */
  distributed(ms: number): void {
    this.#distributionMs = Math.max(this.#distributionMs, ms);
  }

  finishSweep(): void {
    this.#sweep?.finish();
  }

  stop(): void {
    this.finishSweep();
    this.#timer?.cancel();
    this.#immediateTimer?.cancel();
  }

  #tick(): void {
    const { clock, counters, schedule, throttle, views } = this.#options;
    const now = clock.now();
    this.finishSweep();
    views.advance(now);
    const due = schedule.takeDue(now, intervalMs => throttle.intervalMs(intervalMs));
    const streams: LiveStream[] = [];
    const asked = new Map<string, number>();
    for (const of of due) {
      for (const [source, count] of of.polling) add(asked, source, count);
      for (const entry of views.touched) if (this.#hasInterval(entry, of.intervalMs)) this.#settle(entry);
      this.#takeDirty(of, now, streams);
    }
    for (const { intervalMs, set } of this.#holds.takeDue(now))
      for (const live of this.#options.streams.ofSet(set)) if (live.intervalMs === intervalMs) streams.push(live);
    this.committed();
    const taken = this.#take(streams);
    if (taken.length > 0) this.#sweepOver(taken, { due: true, asked }).start();
    else if (due.length > 0) {
      counters.countAsked(asked);
      this.#swept(0);
      // Told too: whoever watches the sweeps alone would otherwise wait for one in vain.
      this.#record({ due: true, atMs: now, busyMs: 0, sets: 0, streams: 0, bytes: 0 }, this.facts());
    }
  }

  /** Those that were cut since, out of turn, have nothing to take and do no harm. */
  #takeDirty(of: LiveStream['of'], nowMs: number, streams: LiveStream[]): void {
    const { dirty } = of;
    of.dirty = [];
    for (const live of dirty) {
      live.isListed = this.#holds.isHeld(live, nowMs);
      if (live.isListed) of.dirty.push(live);
      else if (live.registrations > 0) streams.push(live);
    }
  }

  #swept(busyMs: number): void {
    this.#options.throttle.swept(busyMs + this.#distributionMs);
    this.#distributionMs = 0;
  }

  #cutImmediate(): void {
    const streams = [...this.#immediate];
    const now = this.#options.clock.now();
    for (const live of streams) live.sentMs = now;
    this.cutNow(streams);
  }

  /** The instant of the cut: pointers are swapped, nothing is evaluated or encoded but what only a cut can know. */
  #take(streams: Iterable<LiveStream>): Taken[] {
    const { clock, counters, position, views } = this.#options;
    const now = clock.now();
    const asOf = position().seq;
    const taken: Taken[] = [];
    for (const live of streams) {
      if (views.touched.has(live.entry)) this.#settle(live.entry);
      this.#immediate.delete(live);
      const encode = this.#takeOne(live, asOf);
      if (encode === undefined) continue;
      counters.changeToSendSeconds.observe(Math.max(0, now - live.dirtySinceMs) / 1000);
      taken.push({ live, encode });
    }
    return taken;
  }

  #takeOne({ entry, stream }: LiveStream, asOf: number): Encode | undefined {
    try {
      return stream.take(asOf);
    } catch (error) {
      this.#options.onFault(entry, error);
      return undefined;
    }
  }

  /** `due`: in its turn. `asked` is told when all of it is made, so that what was avoided is never too much. */
  #sweepOver(
    taken: readonly Taken[],
    { asked, due }: { readonly due: boolean; readonly asked: ReadonlyMap<string, number> },
  ): Sweep {
    const { clock, counters, emit, onFault, throttle, write } = this.#options;
    const facts = this.facts();
    const atMs = clock.now();
    const parts = { clock, counters, pauseMs: throttle.pauseMs, write, onFault };
    this.#sweep = new Sweep(parts, inCutOrder(taken, this.#turn++), ({ busyMs, sets, spans, streams }) => {
      this.#sweep = undefined;
      counters.sweepSeconds.observe(busyMs / 1000);
      counters.countAsked(asked);
      if (due) this.#swept(busyMs);
      const bytes = spans.reduce((sum, own) => own.reduce((length, { from, to }) => length + to - from, sum), 0);
      this.#record({ due, atMs, busyMs, sets, streams: streams.length, bytes }, facts);
      emit({ type: 'cut', facts, streams, spans });
    });
    return this.#sweep;
  }

  /** Once per cut and view, however many streams it has. */
  #settle(entry: ViewEntry): void {
    this.#options.views.touched.delete(entry);
    try {
      entry.view.settle(this.#options.position().seq);
    } catch (error) {
      entry.view.reset();
      this.#options.onFault(entry, error);
    }
  }

  facts(): CutFacts {
    const { intervalMs, position, throttle } = this.#options;
    const { epoch, seq } = position();
    return { asOf: seq, epoch, intervalMs: Math.round(throttle.intervalMs(intervalMs)), throttled: throttle.throttled };
  }

  #hasInterval(entry: ViewEntry, intervalMs: number): boolean {
    return this.#options.streams.use(entry)?.streams.has(`net ${intervalMs}`) ?? false;
  }

  #record(of: Omit<SweepRecord, 'sweep' | keyof CutFacts | 'pauseMs'>, { asOf, intervalMs }: CutFacts): void {
    const { pauseMs } = this.#options.throttle;
    this.records.add({ asOf, intervalMs, pauseMs, ...of });
  }
}

function add(sums: Map<string, number>, source: string, count: number): void {
  sums.set(source, (sums.get(source) ?? 0) + count);
}
