import type { TableSchema } from '../protocol/schema.ts';
import type { ReadSpec, Source } from '../sources/source.ts';
import type { Filter } from '../sql/filter.ts';
import type { SourceWork } from './counters.ts';
import type { MetricsView } from './metrics-view.ts';
import { RelativeMembers } from './relative-members.ts';
import type { ResolvedRequest, ViewSpec } from './resolve-request.ts';
import type { RowsView } from './rows-view.ts';
import type { Origin } from './view.ts';
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
export class FilterSet implements Origin {
  readonly id: number;
  readonly key: string;
  readonly source: Source;
  readonly table: TableSchema;
  readonly filter: Filter;
  /** A handful: a dashboard asks few things of one filter. */
  views: readonly ViewEntry[] = [];
  /** Only of a filter that speaks of now(). */
  readonly members: RelativeMembers | undefined;
  /** The matcher's number for the filter; absent where `members` decide. */
  filterId: number | undefined;
  /** The instant that now() stands for in reads, so that they agree with the members. */
  nowMs: number;
  changes = 0;
  readonly #work: SourceWork;

  constructor({ filter, setKey, source, table }: ResolvedRequest, id: number, nowMs: number, work: SourceWork) {
    this.id = id;
    this.key = setKey;
    this.source = source;
    this.table = table;
    this.filter = filter;
    this.nowMs = nowMs;
    this.members = filter.relative ? new RelativeMembers(filter, table, nowMs) : undefined;
    this.#work = work;
  }

  view(key: string): ViewEntry | undefined {
    return this.views.find(entry => entry.key === key);
  }

  readSpec(): ReadSpec {
    this.#work.queries++;
    return { table: this.table, where: this.filter.toSql(this.nowMs) };
  }
}
