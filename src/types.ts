import type { DataQuery, DataSourceJsonData } from '@grafana/data';
import type { Request } from '../backend/protocol/request.ts';

/** How a view's rows become a frame. `table` for rows, `metric` for one value a group, `series` over time, `log` lines. */
export const FORMATS = ['table', 'metric', 'series', 'log'] as const;
export type Format = (typeof FORMATS)[number];

/** What a dashboard saves. Both editors write the same `request`, so switching between them loses nothing. */
export interface PanelcastQuery extends DataQuery {
  readonly request: Request;
  readonly format?: Format;
  readonly editor?: 'builder' | 'code';
}

export type PanelcastOptions = DataSourceJsonData;
