import type { StreamId } from './link.ts';
import type { LiveStream, Panel } from './live-stream.ts';

/** All that one page shows: the panels that a session has open, in order of their numbers, whoever it is. */
export class PanelSet {
  readonly key: string;
  readonly panels: readonly Panel[];
  /** Each once, though panels may share one. */
  readonly streams: readonly LiveStream[];
  readonly streamIds: readonly StreamId[];
  sessions = 0;

  constructor(key: string, panels: readonly Panel[]) {
    this.key = key;
    this.panels = panels;
    this.streams = [...new Set(panels.map(({ stream }) => stream))];
    this.streamIds = this.streams.map(({ id }) => id);
  }
}

export const NO_PANELS = new PanelSet('', []);

/**
 * The sets that sessions have open. Everybody at one dashboard has one and the same, in whatever order its panels were
 * opened: a viewer more costs a reference and not twenty registrations.
 */
export class PanelSets {
  readonly #sets = new Map<string, PanelSet>();

  get size(): number {
    return this.#sets.size;
  }

  /** For one more session. */
  take(panels: readonly Panel[]): PanelSet {
    if (panels.length === 0) return NO_PANELS;
    const key = panels.map(({ number }) => number).join();
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = new PanelSet(key, panels);
      this.#sets.set(key, set);
    }
    set.sessions++;
    return set;
  }

  release(set: PanelSet): void {
    if (set !== NO_PANELS && --set.sessions === 0) this.#sets.delete(set.key);
  }
}
