// @vitest-environment jsdom
import '../../support/browser-stubs.ts';

import {
  applyFieldOverrides,
  createTheme,
  type DataFrame,
  type DataQueryResponse,
  type FieldConfig,
  getFieldDisplayValues,
  LoadingState,
  standardFieldConfigEditorRegistry,
} from '@grafana/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { fillRegistries } from '../../../preview/boot/registries.ts';
import { withRefusals } from '../../../src/frames/refusal-frames.ts';
import { FORMATS, type Format } from '../../../src/types.ts';

const MESSAGE = 'unknown table "evnts"; did you mean "events"?';
const REFUSED: DataQueryResponse = { data: [], state: LoadingState.Error, errors: [{ refId: 'A', message: MESSAGE }] };
/** What a dashboard says of an answer without rows. */
const HEALTHY: FieldConfig = {
  noValue: 'Nothing open',
  color: { mode: 'fixed', fixedColor: 'green' },
};

beforeAll(fillRegistries);

function told(format: Format, answer = REFUSED): readonly DataFrame[] {
  return withRefusals(answer, () => format, 1000).data;
}

/** The reduced values as stat and bar gauge have them, under a dashboard's field options. */
function displayed(frames: readonly DataFrame[], values: boolean) {
  const theme = createTheme();
  const fieldConfig = { defaults: HEALTHY, overrides: [] };
  const replaceVariables = (text: string): string => text;
  const data = applyFieldOverrides({
    data: [...frames],
    fieldConfig,
    replaceVariables,
    theme,
    fieldConfigRegistry: standardFieldConfigEditorRegistry,
  });
  const reduceOptions = { values, calcs: values ? [] : ['lastNotNull'], fields: '' };
  const shown = getFieldDisplayValues({ data, fieldConfig, reduceOptions, replaceVariables, theme });
  return shown.map(({ display: { color, text, title } }) => ({ color, text, title }));
}

describe('a refused query', () => {
  it.each([true, false])('is no healthy zero in a panel of reduced values, one a row: %s', values => {
    expect(displayed([], values)[0]).toMatchObject({ text: 'Nothing open' });
    const [shown, ...more] = displayed(told('metric'), values);
    expect(more).toEqual([]);
    expect(shown).toMatchObject({ text: 'Error', color: '#747b85' });
    if (values) expect(shown!.title).toContain(MESSAGE);
  });

  it.each(FORMATS)('says why in the words of the notifier, as %s', format => {
    const [frame] = told(format);
    expect([frame!.refId, frame!.length]).toEqual(['A', 1]);
    expect(frame!.fields.every(({ values }) => values.length === 1)).toBe(true);
    expect(JSON.stringify(frame)).toContain(JSON.stringify(MESSAGE).slice(1, -1));
  });

  it('of a chart is a line without points, so that the chart is drawn', () => {
    const [frame] = told('series');
    expect(frame!.fields.map(({ type, values }) => [type, values])).toEqual([
      ['time', [1000]],
      ['number', [null]],
    ]);
  });

  it('that still has something to show keeps it, and the others are told beside what was answered', () => {
    const held = { refId: 'A', fields: [], length: 0 };
    expect(told('table', { ...REFUSED, data: [held] })).toEqual([held]);
    const two = { ...REFUSED, data: [{ ...held, refId: 'B' }] };
    expect(told('table', two).map(({ refId }) => refId)).toEqual(['B', 'A']);
  });

  it('leaves an answer without faults as it is', () => {
    const answer: DataQueryResponse = { data: [{ refId: 'A', fields: [], length: 0 }], state: LoadingState.Streaming };
    expect(withRefusals(answer, () => 'table', 0)).toBe(answer);
  });
});
