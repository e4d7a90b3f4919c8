import type { DataQuery, DataQueryError, DataSourceJsonData } from '@grafana/data';
import type { ErrorCode } from '../backend/protocol/errors.ts';
import type { Request } from '../backend/protocol/request.ts';
import type { Step } from './live/transport.ts';

/**
 * How a view's rows become a frame. `table` for rows, `metric` for one value a group, `series` over time, `log` lines,
 * `status` the groups as nodes. */
export const FORMATS = ['table', 'metric', 'series', 'log', 'status'] as const;
export type Format = (typeof FORMATS)[number];

/** What a dashboard saves. Both editors write the same `request`, so switching between them loses nothing. */
export interface PanelcastQuery extends DataQuery {
  readonly request: Request;
  readonly format?: Format;
  readonly editor?: 'builder' | 'code';
  /** Operators can act on the rows in the panel: acknowledge, own, delete. */
  readonly actions?: boolean;
  /** Not saved: this query wants one completed answer. */
  readonly once?: true;
}

/** What a query variable saves: the distinct values of a column, or what any request answers. */
export interface PanelcastVariableQuery extends DataQuery {
  readonly source?: string;
  readonly table?: string;
  readonly column?: string;
  readonly filter?: string;
  readonly request?: Request;
}

export interface PanelcastOptions extends DataSourceJsonData {
  /** Instead of the ladder of all of them. */
  readonly transport?: Step;
}

export interface PanelcastQueryError extends DataQueryError {
  readonly code: ErrorCode;
  /** Offset in the filter as it was sent: variables are filled in. */
  readonly position?: number;
}
