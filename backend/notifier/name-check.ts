import { PanelcastError } from '../lib/panelcast-error.ts';
import type { Request } from '../protocol/request.ts';
import { type Catalog, resolveRequest } from '../views/resolve-request.ts';
import type { NameKind } from './names.ts';
import type { NameSets } from './names-file.ts';

interface Name {
  readonly kind: NameKind;
  readonly name: string;
}

/**
 * What names mean, before and after one of them is changed. A change may leave no other name without the meaning that
 * it had: the next one who opens it would be the one to find out.
 */
export class NameCheck {
  readonly #catalog: Catalog;
  /** Of the event store: a filter is not tied to one of them, and has to fit one. */
  readonly #tables: readonly string[];

  constructor(catalog: Catalog, tables: readonly string[]) {
    this.#catalog = catalog;
    this.#tables = tables;
  }

  /** Those that mean something now. */
  sound({ filters, views }: NameSets): Name[] {
    const all = [
      ...Object.keys(filters).map((name): Name => ({ kind: 'filters', name })),
      ...Object.keys(views).map((name): Name => ({ kind: 'views', name })),
    ];
    return all.filter(each => this.#faultOf(each) === undefined);
  }

  /** Throws where this one means nothing. */
  expectSound(name: Name): void {
    const fault = this.#faultOf(name);
    if (fault !== undefined) throw fault;
  }

  /** Throws where one of these means nothing any more. */
  expectStillSound(names: readonly Name[]): void {
    for (const each of names) {
      const fault = this.#faultOf(each);
      if (fault === undefined) continue;
      const what = each.kind === 'filters' ? 'filter' : 'view';
      const why = fault instanceof Error ? fault.message : String(fault);
      throw new PanelcastError('conflict', `${what} "${each.name}" is based on it: ${why}`, { cause: fault });
    }
  }

  #faultOf({ kind, name }: Name): unknown {
    const requests: Request[] =
      kind === 'views' ? [{ view: name }] : this.#tables.map(table => ({ table, filter: `@${name}` }));
    let first: unknown;
    for (const request of requests) {
      try {
        resolveRequest(request, this.#catalog);
        return undefined;
      } catch (error) {
        first ??= error;
      }
    }
    return first;
  }
}
