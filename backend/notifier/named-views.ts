import type { Source } from '../sources/source.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import { type Catalog, type ResolvedRequest, resolveRequest } from '../views/resolve-request.ts';
import type { Lingering } from './lingering.ts';
import type { Recorder } from './recorder.ts';

export interface NamedViewsParts {
  readonly catalog: Catalog;
  readonly store: Source;
  readonly recorder: Recorder;
  readonly lingering: Lingering;
  readonly onFault: (what: string, error: unknown) => void;
}

/** What names mean now, and since when; those of views with a history are recorded whether or not somebody looks. */
export class NamedViews {
  readonly #parts: NamedViewsParts;
  #since: number;

  constructor(parts: NamedViewsParts) {
    this.#parts = parts;
    this.#since = parts.store.seq;
    this.record();
  }

  /** Names mean something else from now on. */
  changed(): void {
    this.#since = this.#parts.store.seq;
  }

  /** Whether a client that was at `seq` may have had another view by the same request. */
  mayHaveMeantOther({ usesNames }: ResolvedRequest, seq: number): boolean {
    return usesNames && seq <= this.#since;
  }

  /** At the start, and after panels have moved: what is no named view any more goes as others do. */
  record(): void {
    const { catalog, lingering, onFault, recorder } = this.#parts;
    const named = new Set<ViewEntry>();
    for (const name of catalog.namedViews()) {
      try {
        const resolved = resolveRequest({ view: name }, catalog);
        if (resolved.historyMs === 0) continue;
        const entry = lingering.obtain(resolved);
        recorder.keep(entry, resolved.historyMs);
        named.add(entry);
      } catch (error) {
        onFault(`named view ${name}`, error);
      }
    }
    for (const entry of recorder.pin(named)) lingering.unlessUsed(entry);
  }
}
