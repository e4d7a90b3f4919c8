import { type DataFrame, LoadingState, type PanelData } from '@grafana/data';
import { describe, expect, it } from 'vitest';
import { statusText } from '../../../src/editor/status-text.ts';
import type { FrameCustomMeta } from '../../../src/query/frame-meta.ts';

const SERVED: FrameCustomMeta = {
  ...{ view: 'v1', role: 'primary', viewers: 1, panels: 1 },
  ...{ asOf: 7, intervalMs: 1000, transport: 'websocket' },
};

function told(custom?: Partial<FrameCustomMeta>, more: Partial<PanelData> = {}) {
  const frame: DataFrame = { refId: 'A', fields: [], length: 0, meta: { custom: { ...SERVED, ...custom } } };
  const series = custom === undefined ? [] : [frame];
  return statusText('A', { state: LoadingState.Streaming, series, timeRange: {} as never, ...more });
}

describe('the line under the editor', () => {
  it('says who shares the view, and which of them this page is', () => {
    expect(told({}).text).toBe(
      'Watched by this panel alone, evaluated once a second. Whoever asks the same shares it.',
    );
    expect(told({ panels: 3 }).text).toBe('Shared by 3 panels on this page, evaluated once a second.');
    expect(told({ viewers: 9, intervalMs: 5000 }).text).toBe(
      'Shared by this panel and 8 other viewers, evaluated every 5 s. This page is the primary.',
    );
    expect(told({ viewers: 2, panels: 2, role: 'secondary', transport: 'polling' }).text).toBe(
      'Shared by 2 panels on this page and 1 other viewer, asked once a second. This page is a secondary.',
    );
  });

  it('says a refusal before anything else, and only of its own query', () => {
    const errors = [
      { refId: 'B', message: 'of another' },
      { refId: 'A', message: 'unknown table "evnts"' },
    ];
    expect(told({}, { errors })).toEqual({ severity: 'error', text: 'unknown table "evnts"' });
    expect(told({}, { errors: [errors[0]!] }).severity).toBe('info');
  });

  it('says that it was asked once, is being asked, or was not run', () => {
    const once: DataFrame = { refId: 'A', fields: [], length: 0 };
    expect(told(undefined, { series: [once] }).text).toBe('Answered once: nobody watches it.');
    expect(told(undefined, { state: LoadingState.Loading }).text).toBe('Asking the notifier…');
    expect(statusText('A', undefined).text).toBe('Not run yet.');
  });
});
