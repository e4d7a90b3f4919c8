import type { Field } from '../protocol/messages.ts';
import type { Key, Row } from '../protocol/schema.ts';
import type { ReadSpec, Source } from '../sources/source.ts';
import type { MetricFrame } from './metrics/metric-view.ts';

/** One row's transition as a view sees it: undefined means that the row was not, or is no longer, in the view. */
export interface ViewChange {
  readonly seq: number;
  readonly key: Key;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** Where a view's output goes: its streams. */
export interface RowSink {
  push(change: ViewChange): void;
}
export interface MetricSink {
  replace(frame: MetricFrame): void;
}

/** Where a view's rows come from: its filter set. */
export interface Origin {
  readonly source: Source;
  /** For one read of the rows of now. */
  readSpec(): ReadSpec;
}

/**
 * The canonical meaning of a request, evaluated once for everybody who asked. `apply` takes what the filter made of a
 * change; `settle` hands out what is only known at a cut. A view has no state that a stream could lose: joining and
 * leaving streams do not disturb the others.
 */
export interface View {
  readonly kind: 'rows' | 'window' | 'metric';
  /** In the order of the view, under the names of the table or the functions. */
  readonly fields: readonly Field[];
  apply(change: ViewChange): void;
  /** Pushes to the sinks whatever accumulated inside the view. */
  settle(seq: number): void;
  /** Drops what was evaluated, so that it is read anew: after a fault in this view alone. */
  reset(): void;
}
