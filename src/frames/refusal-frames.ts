import {
  type DataFrame,
  DataFrameType,
  type DataQueryResponse,
  type FieldConfig,
  FieldType,
  type Field as GrafanaField,
  MappingType,
  SpecialValueMatch,
} from '@grafana/data';
import type { Format } from '../types.ts';

/** Neither the green of all is well nor the red of an alarm; legible on dark and on light, as letters and behind them. */
const COLOR = '#747b85';
const WORD = 'Error';
const REASON = 'What went wrong';

/**
 * Panels show the same for no answer as for an answer without rows: a dashboard's "nothing open", in green. So that a
 * refusal is never taken for it, each refused query that has nothing else to show has a frame that says so, in the shape
 * that panels of its format draw. Grafana shows the refusal at the panel's title besides.
 */
export function withRefusals(
  answer: DataQueryResponse,
  formatOf: (refId: string) => Format,
  nowMs: number,
): DataQueryResponse {
  const shown = new Set(answer.data.map((frame: DataFrame) => frame.refId));
  const refused = (answer.errors ?? []).filter(({ refId }) => refId !== undefined && !shown.has(refId));
  const frames = refused.map(({ message = 'The query failed', refId = '' }): DataFrame => {
    const { fields, ...frame } = FRAMES[formatOf(refId)](message, nowMs);
    return { ...frame, refId, fields, length: 1 };
  });
  return frames.length === 0 ? answer : { ...answer, data: [...answer.data, ...frames] };
}

type Shape = Omit<DataFrame, 'length' | 'refId'>;

const FRAMES: Readonly<Record<Format, (message: string, nowMs: number) => Shape>> = {
  table: message => ({ fields: [text(REASON, message)], meta: { preferredVisualisationType: 'table' } }),
  // The text is the title where a panel shows one value a row.
  metric: message => ({ fields: [text(REASON, message), missing('Answer')] }),
  series: (message, nowMs) => ({ fields: [time('time', nowMs), missing(`${WORD}: ${message}`)] }),
  log: (message, nowMs) => ({
    fields: [time('timestamp', nowMs), text('body', message), text('severity', 'error')],
    meta: { type: DataFrameType.LogLines, typeVersion: [0, 0], preferredVisualisationType: 'logs' },
  }),
  status: message => ({
    name: 'nodes',
    fields: [text('id', WORD), text('title', WORD), text('subtitle', message), text('color', COLOR)],
    meta: { preferredVisualisationType: 'nodeGraph' },
  }),
};

function time(name: string, nowMs: number): GrafanaField {
  return { name, type: FieldType.time, config: {}, values: [nowMs] };
}

function text(name: string, value: string): GrafanaField {
  return { name, type: FieldType.string, config: { mappings: [] }, values: [value] };
}

/** A number that there is not. What a field says of itself goes before what its dashboard says. */
function missing(name: string): GrafanaField {
  const config: FieldConfig = {
    displayNameFromDS: name,
    noValue: WORD,
    color: { mode: 'fixed', fixedColor: COLOR },
    mappings: [
      {
        type: MappingType.SpecialValue,
        options: { match: SpecialValueMatch.NullAndNaN, result: { text: WORD, color: COLOR } },
      },
    ],
  };
  return { name: 'value', type: FieldType.number, config, values: [null] };
}
