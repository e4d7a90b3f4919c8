import type { TableSchema } from '../protocol/schema.ts';
import type { Source } from '../sources/source.ts';
import type { Filter } from '../sql/filter.ts';
import type { MetricsView } from './metrics-view.ts';
import { RelativeMembers } from './relative-members.ts';
import type { ViewSpec } from './resolve-request.ts';
import type { RowsView } from './rows-view.ts';
import type { WindowView } from './window-view.ts';

/** One view in its set. */
export interface ViewEntry {
  readonly id: number;
  readonly key: string;
  readonly set: FilterSet;
  readonly view: RowsView | WindowView | MetricsView;
  readonly spec: ViewSpec;
  /** Changes that reached it. */
  changes: number;
  /** Cuts in which it had something to send, and what encoding them cost. */
  cuts: number;
  costMs: number;
}

/** ⟨metric views, pure views⟩ of one filter: everything that must move together. */
export class FilterSet {
  readonly id: number;
  readonly key: string;
  readonly source: Source;
  readonly table: TableSchema;
  readonly filter: Filter;
  readonly views = new Map<string, ViewEntry>();
  /** Only of a filter that speaks of now(). */
  readonly members: RelativeMembers | undefined;
  /** The matcher's number for the filter; absent where `members` decide. */
  filterId: number | undefined;
  /** The instant that now() stands for in reads, so that they agree with the members. */
  nowMs: number;
  changes = 0;

  constructor(of: { id: number; key: string; source: Source; table: TableSchema; filter: Filter; nowMs: number }) {
    this.id = of.id;
    this.key = of.key;
    this.source = of.source;
    this.table = of.table;
    this.filter = of.filter;
    this.nowMs = of.nowMs;
    this.members = of.filter.relative ? new RelativeMembers(of.filter, of.table, of.nowMs) : undefined;
  }
}
