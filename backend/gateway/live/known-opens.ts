import type { Open } from '../../protocol/messages.ts';

/** Panels of some hundred dashboards, opened by the ids that pages number them with; 2 MB at most. */
const ENTRIES_MAX = 2000;
const LENGTH_MAX = 1000;

/**
 * What opens mean, by their text. All viewers of a dashboard open its panels in the same words, and after a restart all
 * go on from the same cut: these are read once, and are then one object, of which a batch to the notifier has one copy
 * too, however many opened it.
 */
export class KnownOpens {
  readonly #opens = new Map<string, Open>();

  get(text: string): Open | undefined {
    return this.#opens.get(text);
  }

  keep(text: string, open: Open): void {
    if (text.length > LENGTH_MAX) return;
    if (this.#opens.size >= ENTRIES_MAX) this.#opens.clear();
    this.#opens.set(text, open);
  }
}
