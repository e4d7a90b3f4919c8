/** What one panel asks. The canonical meaning of a request is a view; everything here is as a person wrote it. */

export const MODES = ['net', 'all', 'immediate', 'saf'] as const;
/** net: net change per interval; all: every state change; immediate: as it commits; saf: store and forward. */
export type Mode = (typeof MODES)[number];

export const METRIC_FNS = ['count', 'sum', 'avg', 'min', 'max', 'distinct', 'distribution'] as const;
export type MetricFn = (typeof METRIC_FNS)[number];

export interface MetricRequest {
  readonly fn: MetricFn;
  /** Absent only for `count`, which then counts rows. */
  readonly column?: string;
  /** The name the panel gives it; belongs to the registration, never to the view. */
  readonly as?: string;
  /** `distribution` only: ascending upper bounds; k bounds make k + 1 buckets. */
  readonly bounds?: readonly number[];
}

export interface OrderTerm {
  readonly column: string;
  readonly desc?: boolean;
}

export interface Request {
  /** `events` (the embedded store, default) or the name of an upstream. */
  readonly source?: string;
  /** Default `events`. */
  readonly table?: string;
  readonly filter?: string;
  /** A pure view's columns; absent means all of the table's. Excludes `metrics`. */
  readonly columns?: readonly string[];
  readonly metrics?: readonly MetricRequest[];
  readonly groupBy?: readonly string[];
  readonly orderBy?: readonly OrderTerm[];
  readonly limit?: number;
  readonly intervalMs?: number;
  readonly mode?: Mode;
  /** Metric views only: ask for the retained past of the metric too, at most this long. */
  readonly historyMs?: number;
  /** An upstream's own query. */
  readonly query?: Readonly<Record<string, unknown>>;
  /** A named view instead of all of the above but `intervalMs` and `mode`. */
  readonly view?: string;
}
