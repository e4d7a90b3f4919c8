import { CoreApp, type DataQueryRequest } from '@grafana/data';
import { config } from '@grafana/runtime';
import type { PanelcastQuery } from '../types.ts';

const WATCHING_APPS: ReadonlySet<string> = new Set([
  CoreApp.Dashboard,
  CoreApp.PanelEditor,
  CoreApp.PanelViewer,
  CoreApp.Unknown,
  '',
]);

/** Whether somebody waits for an answer that ends, rather than watches. */
export function wantsOneAnswer({ app, liveStreaming, requestId, targets }: DataQueryRequest<PanelcastQuery>): boolean {
  if (targets.some(({ once }) => once)) return true;
  // Mixed joins the answers of several data sources when all have ended.
  if (requestId?.startsWith('mixed-')) return true;
  if (isPublicDashboard() || isRendered()) return true;
  if (liveStreaming) return false;
  return !WATCHING_APPS.has(app ?? '');
}

function isPublicDashboard(): boolean {
  return Boolean(config.publicDashboardAccessToken);
}

/** The image renderer takes its picture when every panel has its answer. */
function isRendered(): boolean {
  return config.bootData?.user?.authenticatedBy === 'render';
}
