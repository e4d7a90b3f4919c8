import type { Field } from '../../backend/protocol/messages.ts';
import type { Request } from '../../backend/protocol/request.ts';
import type { RowOrder } from '../live/row-order.ts';
import type { ViewStore } from '../live/view-store.ts';

/** What frames are made of, whether it came live or as one answer. */
export interface ViewContent {
  /** As the panel asked it. */
  readonly request: Request;
  /** The registration's own names and order; `of` is the view's name where they differ. */
  readonly fields: readonly Field[];
  readonly store: ViewStore;
  readonly order: RowOrder;
  /** Until when the values are known to hold. */
  readonly knownMs: number;
}
