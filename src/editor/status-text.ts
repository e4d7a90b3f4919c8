import { type DataQueryError, LoadingState, type PanelData, type QueryResultMetaNotice } from '@grafana/data';
import type { FrameCustomMeta } from '../query/frame-meta.ts';

export interface StatusText {
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** What the last answer to a query says of how it was served, in one line. */
export function statusText(refId: string, data: PanelData | undefined): StatusText {
  const refusal = errorOf(refId, data);
  if (refusal !== undefined) return { severity: 'error', text: refusal.message ?? 'The query failed' };
  const frame = data?.series.find(series => series.refId === refId);
  if (frame === undefined)
    return { severity: 'info', text: data?.state === LoadingState.Loading ? 'Asking the notifier…' : 'Not run yet.' };
  const { custom = {}, notices = [] } = frame.meta ?? {};
  const { viewers } = custom as Partial<FrameCustomMeta>;
  if (viewers === undefined) return { severity: 'info', text: 'Answered once: nobody watches it.' };
  const served = servedText(custom as FrameCustomMeta);
  const gravest = graveNotice(notices);
  if (gravest === undefined) return { severity: 'info', text: served };
  return { severity: gravest.severity, text: `${gravest.text}. ${served}` };
}

/** The refusal of this query, also where an older Grafana tells but one error. */
export function errorOf(refId: string, data: PanelData | undefined): DataQueryError | undefined {
  const errors = data?.errors ?? (data?.error ? [data.error] : []);
  return errors.find(error => error.refId === refId);
}

const GRAVITY = ['info', 'warning', 'error'] as const;

function graveNotice(notices: readonly QueryResultMetaNotice[]): QueryResultMetaNotice | undefined {
  return [...notices].sort((a, b) => GRAVITY.indexOf(b.severity) - GRAVITY.indexOf(a.severity))[0];
}

/** `viewers` are pages; on this one `panels` show the view. The one of them that asked first, or remained, is the primary. */
function servedText({ intervalMs, panels, role, transport, viewers }: FrameCustomMeta): string {
  const how = `${transport === 'polling' ? 'asked' : 'evaluated'} ${everyText(intervalMs)}`;
  const others = viewers - 1;
  if (others <= 0 && panels <= 1) return `Watched by this panel alone, ${how}. Whoever asks the same shares it.`;
  const here = panels > 1 ? `${panels} panels on this page` : 'this panel';
  const elsewhere = others > 0 ? ` and ${others} other ${others === 1 ? 'viewer' : 'viewers'}` : '';
  const place = others > 0 ? ` This page is ${role === 'primary' ? 'the primary' : 'a secondary'}.` : '';
  return `Shared by ${here}${elsewhere}, ${how}.${place}`;
}

function everyText(ms: number): string {
  if (ms <= 0) return 'as rows change';
  if (ms === 1000) return 'once a second';
  if (ms === 60_000) return 'once a minute';
  return ms < 60_000 ? `every ${Math.round(ms / 100) / 10} s` : `every ${Math.round(ms / 6000) / 10} min`;
}
