import type { QueryResultMetaNotice } from '@grafana/data';
import type { FreshnessName } from '../live/freshness.ts';
import type { Step } from '../live/transport.ts';
import type { ViewStore } from '../live/view-store.ts';

export interface NoticeFacts {
  readonly store: Pick<ViewStore, 'gap' | 'conflatedMs'>;
  readonly freshness: FreshnessName;
  readonly step: Step;
  readonly throttled: boolean;
  readonly intervalMs: number;
  /** When the shown state was current. */
  readonly knownMs: number;
  readonly nowMs: number;
  readonly lossMessage?: string;
  readonly errorMessage?: string;
}

/** That something was skipped is worth a word for this long. */
const CONFLATED_MS = 30_000;

/** What a reader has to know about the state of what is shown, the gravest first. */
export function notices(facts: NoticeFacts): QueryResultMetaNotice[] {
  return [...freshnessNotices(facts), ...contentNotices(facts), ...paceNotices(facts)];
}

function freshnessNotices({ freshness, knownMs, lossMessage }: NoticeFacts): QueryResultMetaNotice[] {
  if (freshness === 'live') return [];
  const since = new Date(knownMs).toLocaleTimeString();
  const why = lossMessage === undefined ? '' : ` (${lossMessage})`;
  if (freshness === 'stale')
    return [{ severity: 'error', text: `Stale: as of ${since}. The notifier cannot be reached${why}` }];
  return [{ severity: 'warning', text: `Reconnecting${why}; this is as of ${since}` }];
}

function contentNotices({ errorMessage, nowMs, store }: NoticeFacts): QueryResultMetaNotice[] {
  const told: QueryResultMetaNotice[] = [];
  if (errorMessage !== undefined) told.push({ severity: 'error', text: errorMessage });
  if (store.gap !== undefined)
    told.push({
      severity: 'warning',
      text: `Gap: the changes ${store.gap.from} to ${store.gap.to} are no longer kept by the notifier`,
    });
  if (store.conflatedMs !== undefined && nowMs - store.conflatedMs < CONFLATED_MS)
    told.push({ severity: 'info', text: 'This page fell behind; what lay between was skipped' });
  return told;
}

function paceNotices({ freshness, intervalMs, step, throttled }: NoticeFacts): QueryResultMetaNotice[] {
  if (freshness !== 'live') return [];
  const every = `every ${Math.round(intervalMs / 100) / 10} s`;
  if (step === 'polling')
    return [{ severity: 'info', text: `No live connection gets through; asking ${every}. See the data source’s test` }];
  return throttled ? [{ severity: 'info', text: `The notifier is throttled: an update ${every}` }] : [];
}
