import type { ErrorCode } from '../../backend/protocol/errors.ts';
import type { Field, Opened } from '../../backend/protocol/messages.ts';
import type { Request } from '../../backend/protocol/request.ts';
import type { Timer } from './page.ts';
import { RowOrder } from './row-order.ts';
import type { ViewStore } from './view-store.ts';

export interface ViewError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly position?: number;
}

/** One panel's interest. */
export interface Lease {
  readonly listener: () => void;
}

/** unsent: not asked on this connection. opening: asked, no cut since. open: every cut brings it up. failed: refused. */
export type ViewPhase = 'unsent' | 'opening' | 'open' | 'failed';

/** One request of this page, however many panels ask it, over all the connections of its life. */
export class SharedView {
  readonly key: string;
  readonly request: Request;
  /** As people may read it. */
  readonly requestText: string;
  readonly leases = new Set<Lease>();
  readonly order: RowOrder;
  phase: ViewPhase = 'unsent';
  /** The registration's id; every attempt has its own. */
  id = '';
  opened: Opened | undefined;
  error: ViewError | undefined;
  /** Everything up to this seq is in the store. */
  completeAsOf = 0;
  failures = 0;
  /** Lingers, or waits to ask again. */
  timer: Timer | undefined;
  #store: ViewStore | undefined;

  constructor(key: string, request: Request) {
    this.key = key;
    this.request = request;
    this.requestText = JSON.stringify(request, null, 2);
    this.order = new RowOrder(request.orderBy);
  }

  /** Outlives the connection that filled it. */
  get store(): ViewStore | undefined {
    return this.#store;
  }

  get hasContent(): boolean {
    return this.#store?.asOf !== undefined && this.opened !== undefined;
  }

  /** Whether a panel can be told something. */
  get isSettled(): boolean {
    return this.hasContent || this.error !== undefined;
  }

  /** A cut has brought it up. */
  shows(asOf: number): void {
    this.phase = 'open';
    this.completeAsOf = asOf;
    this.error = undefined;
    this.failures = 0;
  }

  attach(store: ViewStore, fields: readonly Field[]): void {
    if (store !== this.#store) {
      this.#store?.rows.removeOrder(this.order);
      this.#store = store;
      store.rows.addOrder(this.order);
    }
    store.describe(groupColumns(this.request, fields), this.request.historyMs ?? 0);
  }

  detach(): void {
    this.#store?.rows.removeOrder(this.order);
    this.#store = undefined;
  }
}

/** The view's own names of metrics: `count`, `max(severity)`, `tally ≤ 5`. */
const METRIC_NAME = /^(count|sum|avg|min|max|distinct)(\(|$)|\s[≤>]\s/;

/** How many leading fields name the group. A named view does not say; its fields do. */
export function groupColumns(request: Request, fields: readonly Field[]): number {
  if (request.view === undefined || request.groupBy !== undefined) return new Set(request.groupBy).size;
  const first = fields.findIndex(({ name, of }) => METRIC_NAME.test(of ?? name));
  return first < 0 ? 0 : first;
}
