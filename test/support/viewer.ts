import type { CutFacts, SessionId, StreamId } from '../../backend/notifier/link.ts';
import type { ErrorMessage, Field, Gap, Opened, RowChange, ServerMessage } from '../../backend/protocol/messages.ts';
import type { Request } from '../../backend/protocol/request.ts';
import type { Key, Value } from '../../backend/protocol/schema.ts';
import type { Tell } from './notifier-lab.ts';

/** One view as a client keeps it: rows by key, a metric's frame, or the changes in order. */
export interface HeldView {
  fields: readonly Field[];
  /** Of the last frame. */
  asOf: number;
  /** The last change that it has, or was told to be without: where a store-and-forward stream goes on. */
  upTo: number;
  readonly rows: Map<Key, readonly Value[]>;
  metric: readonly (readonly Value[])[] | undefined;
  series: readonly (readonly Value[])[] | undefined;
  readonly changes: RowChange[];
}

type Frame = Extract<ServerMessage, { view: string; asOf: number }>;

/** A client as PROTOCOL.md describes one: frames wait for the cut that follows them. */
export class Viewer {
  readonly session: SessionId;
  readonly streams = new Set<StreamId>();
  readonly views = new Map<string, HeldView>();
  readonly opened = new Map<string, Opened>();
  readonly requests = new Map<string, Request>();
  readonly errors: ErrorMessage[] = [];
  readonly gaps: Gap[] = [];
  readonly flushed: number[] = [];
  readonly cuts: CutFacts[] = [];
  /** Counts snapshots, to tell a difference from a fresh start; and those marked as conflated. */
  snaps = 0;
  conflations = 0;
  /** The gateway sends nothing to a viewer that does not answer. */
  stalled = false;
  /** Wire names of the frames that the last cut applied. */
  applied: string[] = [];
  /** By panel: what an earlier connection had, which a resumed one continues. */
  readonly #carried = new Map<string, HeldView>();
  /** Answers to `open` that are still to come, by id. */
  readonly #awaited = new Map<string, number>();
  #pending: Frame[] = [];
  /** What came for a stalled viewer alone: it is sent with the refresh. */
  #kept: ServerMessage[] = [];
  /** The first cut that a stalled viewer did not get. */
  #missedFrom = Number.POSITIVE_INFINITY;
  #refreshing = false;
  readonly #tell: Tell;
  #onCut: (viewer: Viewer) => void = () => {};

  constructor(session: SessionId, tell: Tell) {
    this.session = session;
    this.#tell = tell;
  }

  get asOf(): number {
    return this.cuts.at(-1)?.asOf ?? -1;
  }

  open(id: string, request: Request): void {
    this.requests.set(id, request);
    this.#awaited.set(id, (this.#awaited.get(id) ?? 0) + 1);
    this.#tell([{ type: 'open', session: this.session, id, request, snapshot: true }]);
  }

  close(id: string): void {
    this.#tell([{ type: 'close', session: this.session, id }]);
    this.requests.delete(id);
    this.opened.delete(id);
    this.#carried.delete(id);
  }

  flush(id: string, minSeq: number): void {
    this.#tell([{ type: 'flush', session: this.session, id, minSeq }]);
  }

  ack(view: string, seq: number): void {
    this.#tell([{ type: 'ack', session: this.session, view, seq }]);
  }

  stall(): void {
    this.stalled = true;
  }

  /** Answers again after a stall: the gateway asks for a refresh if anything was missed, and sends nothing until it comes. */
  wake(): void {
    if (!this.stalled || this.#refreshing) return;
    if (this.#missedFrom === Number.POSITIVE_INFINITY) {
      this.stalled = false;
      this.deliver([], undefined, false);
      return;
    }
    this.#refreshing = true;
    const since = Math.max(0, Math.min(this.asOf, this.#missedFrom - 1));
    this.#tell([{ type: 'refresh', session: this.session, since }]);
  }

  miss(asOf: number): void {
    if (!this.#refreshing) this.#missedFrom = Math.min(this.#missedFrom, asOf);
  }

  /** Something for this viewer alone. */
  deliver(messages: readonly ServerMessage[], cut: CutFacts | undefined, refreshed: boolean): void {
    this.#kept.push(...messages);
    if (refreshed) {
      this.stalled = this.#refreshing = false;
      this.#missedFrom = Number.POSITIVE_INFINITY;
    }
    if (this.stalled) {
      if (cut !== undefined) this.miss(cut.asOf);
      return;
    }
    const kept = this.#kept;
    this.#kept = [];
    this.receive(kept);
    if (cut !== undefined) this.cut(cut);
  }

  onCut(look: (viewer: Viewer) => void): void {
    this.#onCut = look;
  }

  /** What the panel with this id shows. */
  view(id: string): HeldView {
    const opened = this.opened.get(id);
    const held = opened && this.views.get(opened.view);
    if (held === undefined) throw new Error(`panel ${id} has nothing to show`);
    return held;
  }

  receive(messages: readonly ServerMessage[]): void {
    for (const message of messages) {
      if (message.type === 'opened') this.#opened(message);
      else if (message.type === 'error') this.#failed(message);
      else if (message.type === 'flushed') this.flushed.push(message.asOf);
      else if (message.type === 'gap') this.#gap(message);
      else if ('view' in message) this.#pending.push(message as Frame);
    }
  }

  /** Opens what another connection of the same client had, and goes on from there. */
  carryOn(earlier: Viewer): void {
    for (const [id, request] of earlier.requests) if (earlier.opened.has(id)) this.goOn(id, request, earlier.view(id));
  }

  /** Opens what it has had, or what it has nothing of. */
  goOn(id: string, request: Request, held: HeldView | undefined): void {
    this.requests.set(id, request);
    if (held !== undefined) this.#carried.set(id, held);
    const since = held === undefined ? {} : { since: request.mode === 'saf' ? held.upTo : held.asOf };
    this.#tell([{ type: 'open', session: this.session, id, request, ...since }]);
  }

  cut(facts: CutFacts): void {
    this.applied = this.#pending.map(({ view }) => view);
    for (const frame of this.#pending) this.#apply(frame);
    this.#pending = [];
    this.cuts.push(facts);
    this.#onCut(this);
  }

  /** An id that was closed and opened again may still be answered for the first time. */
  #isOld(id: string): boolean {
    const awaited = this.#awaited.get(id) ?? 0;
    this.#awaited.set(id, Math.max(0, awaited - 1));
    return awaited > 1 || (awaited === 1 && !this.requests.has(id));
  }

  #failed(error: ErrorMessage): void {
    if (error.id !== undefined) this.#isOld(error.id);
    this.errors.push(error);
  }

  #opened(message: Opened): void {
    if (this.#isOld(message.id)) return;
    this.opened.set(message.id, message);
    const carried = this.#carried.get(message.id);
    this.#carried.delete(message.id);
    if (carried !== undefined && !this.views.has(message.view)) this.views.set(message.view, carried);
  }

  #gap(gap: Gap): void {
    this.gaps.push(gap);
    this.#held(gap.view).upTo = gap.to;
  }

  #apply(frame: Frame): void {
    const held = this.#held(frame.view);
    held.asOf = frame.asOf;
    switch (frame.type) {
      case 'snap':
        this.snaps++;
        if (frame.conflated) this.conflations++;
        held.fields = frame.fields;
        held.rows.clear();
        held.upTo = frame.asOf;
        this.#upsert(held, frame.values);
        break;
      case 'delta':
        if (frame.upsert !== undefined) this.#upsert(held, frame.upsert);
        for (const key of frame.remove ?? []) held.rows.delete(key);
        break;
      case 'rows':
        held.changes.push(...frame.changes);
        held.upTo = frame.changes.at(-1)!.seq;
        for (const { key, op, values } of frame.changes) {
          if (op === 'leave') held.rows.delete(key);
          else held.rows.set(key, values);
        }
        break;
      case 'metric':
        held.fields = frame.fields;
        held.metric = frame.values;
        break;
      case 'series':
        held.series = frame.values;
        break;
      default:
    }
  }

  #held(view: string): HeldView {
    let held = this.views.get(view);
    if (held === undefined) {
      held = { fields: [], asOf: -1, upTo: 0, rows: new Map(), metric: undefined, series: undefined, changes: [] };
      this.views.set(view, held);
    }
    return held;
  }

  #upsert(held: HeldView, values: readonly (readonly Value[])[]): void {
    const key = held.fields.findIndex(field => field.key === true);
    const count = values[0]?.length ?? 0;
    for (let i = 0; i < count; i++) {
      const row = values.map(column => column[i]!);
      held.rows.set(row[key] as Key, row);
    }
  }
}
