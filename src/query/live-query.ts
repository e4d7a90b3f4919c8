import { type DataFrame, type DataQueryResponse, LoadingState } from '@grafana/data';
import { Observable } from 'rxjs';
import { PanelBuffers } from '../frames/panel-buffers.ts';
import { panelFrames } from '../frames/panel-frames.ts';
import type { Hub } from '../live/hub.ts';
import type { SharedView } from '../live/shared-view.ts';
import type { PanelcastQueryError } from '../types.ts';
import { frameMeta } from './frame-meta.ts';
import { queryError, type RefusedTarget, type Target } from './target.ts';

export interface LiveTargets {
  readonly key: string;
  readonly targets: readonly Target[];
  readonly refused: readonly RefusedTarget[];
}

interface Shown {
  readonly target: Target;
  readonly view: SharedView;
  readonly buffers: PanelBuffers;
}

/**
 * One panel's queries, live. All of them are told in one response: a panel of a table and a total never shows them of
 * different cuts. Never emits from within `subscribe`, and a second subscription costs nothing.
 */
export function liveQuery(hub: Hub, { key, refused, targets }: LiveTargets): Observable<DataQueryResponse> {
  return new Observable(subscriber => {
    const show = (): void => {
      if (subscriber.closed || shown.length < targets.length) return;
      if (shown.every(({ view }) => view.isSettled)) subscriber.next(response(hub, key, shown, refused));
    };
    const shown: Shown[] = [];
    const leases = targets.map(target => {
      const lease = hub.subscribe(target.request, show);
      shown.push({ target, view: lease.view, buffers: new PanelBuffers() });
      return lease;
    });
    if (targets.length === 0) queueMicrotask(show);
    return () => leases.forEach(lease => void lease.release());
  });
}

function response(
  hub: Hub,
  key: string,
  shown: readonly Shown[],
  refused: readonly RefusedTarget[],
): DataQueryResponse {
  const data: DataFrame[] = [];
  const errors: PanelcastQueryError[] = refused.map(({ refId, refusal }) => queryError(refId, refusal));
  for (const { buffers, target, view } of shown) {
    data.push(...framesOf(hub, { buffers, target, view }));
    if (view.error !== undefined) errors.push(queryError(target.refId, view.error));
  }
  const state = errors.length > 0 && data.length === 0 ? LoadingState.Error : LoadingState.Streaming;
  return { key, state, data, ...(errors.length > 0 && { errors }) };
}

function framesOf(hub: Hub, { buffers, target, view }: Shown): DataFrame[] {
  const { format, refId, request } = target;
  const { opened, order, store } = view;
  if (opened === undefined || store?.asOf === undefined) return [];
  const content = { request, fields: opened.fields, store, order, knownMs: hub.knownMs };
  return panelFrames(content, { refId, format, buffers, meta: frameMeta(hub, view, store) });
}
