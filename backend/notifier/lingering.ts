import type { Clock, Timer } from '../lib/clock.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import type { ResolvedRequest } from '../views/resolve-request.ts';
import type { ViewTable } from '../views/view-table.ts';
import type { Recorder } from './recorder.ts';
import type { StreamTable } from './stream-table.ts';

export interface LingeringParts {
  readonly clock: Clock;
  readonly lingerMs: number;
  readonly views: ViewTable;
  readonly streams: StreamTable;
  readonly recorder: Recorder;
}

/** A reload costs nothing: a view that nobody watches any more waits a while, with its state and without a stream. */
export class Lingering {
  readonly #parts: LingeringParts;
  readonly #timers = new Map<ViewEntry, Timer>();

  constructor(parts: LingeringParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** The view of a request, which lingers no longer. */
  obtain(resolved: ResolvedRequest): ViewEntry {
    const { clock, views } = this.#parts;
    const entry = views.obtain(resolved, clock.now());
    this.#timers.get(entry)?.cancel();
    this.#timers.delete(entry);
    return entry;
  }

  /** After something let go of it. */
  unlessUsed(entry: ViewEntry): void {
    const { clock, lingerMs, recorder, streams, views } = this.#parts;
    if (streams.use(entry) !== undefined || entry.view.sinks.size > 0 || recorder.isPinned(entry)) return;
    const drop = (): void => {
      this.#timers.delete(entry);
      recorder.forget(entry);
      views.drop(entry);
    };
    this.#timers.get(entry)?.cancel();
    this.#timers.set(entry, clock.after(lingerMs, drop));
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }
}
