import type { Position } from '../protocol/messages.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import type { Identity, SessionId } from './link.ts';
import type { LiveStream, Panel } from './live-stream.ts';
import { NO_PANELS, type PanelSet, type PanelSets } from './panel-sets.ts';
import type { Pool } from './pool.ts';

export type SessionFacts = Pick<Session, 'id' | 'identity' | 'client' | 'resume'>;

const NO_IDS: readonly string[] = [];

/**
 * A connection as the notifier knows it. Ten thousand of these are held: between two rounds one is a reference to the
 * panels that it shares with others, and the ids that it has for them. While a round changes them they are its own.
 */
export class Session {
  readonly id: SessionId;
  readonly identity: Identity;
  readonly client: string | undefined;
  /** What the client says it has from an earlier connection. */
  readonly resume: Position | undefined;
  /** As the last round left them; `#ids[i]` is its name for `panels[i]`. */
  #settled: PanelSet = NO_PANELS;
  #ids: readonly string[] = NO_IDS;
  #changing: Map<string, Panel> | undefined;

  constructor({ client, id, identity, resume }: SessionFacts) {
    this.id = id;
    this.identity = identity;
    this.client = client;
    this.resume = resume;
  }

  get registrations(): number {
    return this.#changing?.size ?? this.#ids.length;
  }

  panel(id: string): Panel | undefined {
    if (this.#changing !== undefined) return this.#changing.get(id);
    const index = this.#ids.indexOf(id);
    return index < 0 ? undefined : this.#settled.panels[index];
  }

  /** Its registrations: the panels with its own ids. */
  *panels(): Iterable<readonly [id: string, panel: Panel]> {
    if (this.#changing !== undefined) return yield* this.#changing;
    const { panels } = this.#settled;
    for (const [index, id] of this.#ids.entries()) yield [id, panels[index]!];
  }

  get streams(): ReadonlySet<LiveStream> {
    const streams = new Set<LiveStream>();
    for (const [, { stream }] of this.panels()) streams.add(stream);
    return streams;
  }

  /** Those that it was subscribed to before this round. */
  get settledStreams(): readonly LiveStream[] {
    return this.#settled.streams;
  }

  /** The id of a panel that it has on the view. */
  idOn(entry: ViewEntry): string | undefined {
    for (const [id, { stream }] of this.panels()) if (stream.entry === entry) return id;
    return undefined;
  }

  add(id: string, panel: Panel): void {
    this.#change().set(id, panel);
  }

  remove(id: string): void {
    this.#change().delete(id);
  }

  removeAll(): void {
    this.#changing = new Map();
  }

  settle(sets: PanelSets, idPool: Pool<string>): { readonly from: PanelSet; readonly to: PanelSet } {
    const from = this.#settled;
    if (this.#changing === undefined) return { from, to: from };
    const all = [...this.#changing].sort(([, a], [, b]) => a.number - b.number);
    this.#settled = sets.take(all.map(([, panel]) => panel));
    this.#ids = all.length === 0 ? NO_IDS : all.map(([id]) => idPool.one(id, id));
    this.#changing = undefined;
    sets.release(from);
    return { from, to: this.#settled };
  }

  #change(): Map<string, Panel> {
    this.#changing ??= new Map(this.panels());
    return this.#changing;
  }
}
