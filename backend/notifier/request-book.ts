import type { Request } from '../protocol/request.ts';
import { type Catalog, type ResolvedRequest, resolveRequest } from '../views/resolve-request.ts';

export interface Asked {
  readonly request: Request;
  readonly resolved: ResolvedRequest;
}

/** Panels of some hundred dashboards. */
const ENTRIES_MAX = 10_000;

/**
 * Requests by their text. The panels of a dashboard ask the same words for each of its viewers: they are read once, and
 * what they mean is kept once, which is most of what a registration would otherwise cost. Cleared when names change.
 */
export class RequestBook {
  readonly #catalog: Catalog;
  readonly #entries = new Map<string, Asked>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  read(request: Request, restriction: string | undefined): Asked {
    const key = JSON.stringify([request, restriction]);
    let asked = this.#entries.get(key);
    if (asked !== undefined) return asked;
    asked = { request, resolved: resolveRequest(request, this.#catalog, restriction) };
    if (this.#entries.size >= ENTRIES_MAX) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, asked);
    return asked;
  }

  clear(): void {
    this.#entries.clear();
  }
}
