import type { MetricFn } from '../../protocol/request.ts';
import type { TableSchema } from '../../protocol/schema.ts';

/** One metric with its column resolved. */
export interface MetricSpec {
  readonly fn: MetricFn;
  /** Absent only for `count`, which then counts rows. */
  readonly columnIndex?: number | undefined;
  /** `distribution` only: strictly ascending, at least one. */
  readonly bounds?: readonly number[] | undefined;
}

export interface MetricOrder {
  /** Index among the fields of the frame: group columns first, then metrics. */
  readonly field: number;
  readonly desc: boolean;
}

export interface MetricViewSpec {
  readonly table: TableSchema;
  readonly metrics: readonly MetricSpec[];
  /** Column indexes; empty for one row over everything. */
  readonly groupBy: readonly number[];
  /** Absent: by group. Groups settle ties. */
  readonly orderBy?: readonly MetricOrder[] | undefined;
  readonly limit?: number | undefined;
}
