import type { QueryResultMeta } from '@grafana/data';
import { notices } from '../frames/notices.ts';
import type { Hub } from '../live/hub.ts';
import type { SharedView } from '../live/shared-view.ts';
import type { Step } from '../live/transport.ts';
import type { ViewStore } from '../live/view-store.ts';

/** How a frame was served: what editors show and programs may read as `frame.meta.custom`. */
export interface FrameCustomMeta {
  readonly view: string;
  readonly role: 'primary' | 'secondary';
  /** Browser pages and programs that share the view. */
  readonly viewers: number;
  /** Panels of this page that share the request. */
  readonly panels: number;
  readonly asOf: number;
  readonly intervalMs: number;
  readonly transport: Step;
}

export function frameMeta(hub: Hub, view: SharedView, store: ViewStore): QueryResultMeta {
  const { cut, freshness, knownMs } = hub;
  const { loss, step } = hub.status;
  const intervalMs = cut?.intervalMs ?? 0;
  const custom: FrameCustomMeta | undefined = view.opened && {
    view: view.opened.view,
    role: view.opened.role,
    viewers: view.opened.viewers,
    panels: view.leases.size,
    asOf: cut?.asOf ?? store.asOf ?? 0,
    intervalMs: Math.max(intervalMs, view.request.intervalMs ?? 0),
    transport: step,
  };
  const told = notices({
    store,
    freshness,
    step,
    throttled: cut?.throttled ?? false,
    intervalMs,
    knownMs,
    nowMs: hub.nowMs,
    ...(loss && { lossMessage: loss.message }),
    ...(view.error && { errorMessage: view.error.message }),
  });
  return {
    ...(custom && { custom }),
    ...(told.length > 0 && { notices: told }),
    executedQueryString: view.requestText,
  };
}
