import { type DataFrame, DataFrameType, type QueryResultMeta } from '@grafana/data';
import type { Request } from '../../backend/protocol/request.ts';
import type { Format } from '../types.ts';
import { logFrame } from './log-frame.ts';
import { metricFrame } from './metric-frame.ts';
import { PanelBuffers } from './panel-buffers.ts';
import { rowsFrame } from './rows-frame.ts';
import { seriesFrames } from './series-frames.ts';
import { statusFrame } from './status-frame.ts';
import type { ViewContent } from './view-content.ts';

export interface FrameContext {
  readonly refId: string;
  readonly format: Format;
  readonly meta: QueryResultMeta;
  /** The panel's own, kept from cut to cut. */
  readonly buffers?: PanelBuffers;
}

/** What a request is shown as when its query does not say. */
export function defaultFormat({ historyMs, metrics }: Request): Format {
  if (metrics === undefined) return 'table';
  return historyMs === undefined ? 'metric' : 'series';
}

/** One query's frames, fresh for this panel. A format that does not fit the content gives way to one that does. */
export function panelFrames(content: ViewContent, { buffers, format, meta, refId }: FrameContext): DataFrame[] {
  return frames(content, format, buffers ?? new PanelBuffers()).map(frame => ({
    ...frame,
    refId,
    meta: { ...frame.meta, ...meta },
  }));
}

function frames(content: ViewContent, format: Format, buffers: PanelBuffers): DataFrame[] {
  const { series, isMetric } = content.store;
  if (format === 'series' && series !== undefined)
    return seriesFrames(content, buffers.past).map(frame => ({
      ...frame,
      meta: { type: DataFrameType.TimeSeriesMulti, typeVersion: [0, 1], preferredVisualisationType: 'graph' },
    }));
  if (isMetric && format === 'status') return [statusFrame(content)];
  if (isMetric) {
    const frame = metricFrame(content);
    const type = content.request.groupBy?.length ? DataFrameType.NumericLong : DataFrameType.NumericWide;
    return [{ ...frame, meta: { type, typeVersion: [0, 1], preferredVisualisationType: 'table' } }];
  }
  if (format === 'log') {
    const frame = logFrame(content);
    return [{ ...frame, meta: { ...frame.meta, preferredVisualisationType: 'logs' } }];
  }
  const frame = rowsFrame(content, buffers.columns);
  const key = content.fields.find(field => field.key)?.name;
  const keyIndex = frame.fields.findIndex(({ name }) => name === key);
  return [
    {
      ...frame,
      meta: {
        preferredVisualisationType: 'table',
        ...(keyIndex >= 0 && { uniqueRowIdFields: [keyIndex] }),
      },
    },
  ];
}
