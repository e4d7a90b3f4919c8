import type { WatchedPage } from '../browser.ts';
import type { Row } from './notifier-calls.ts';

/** Panels of the dashboard "NOC overview", by what they show. */
export const NOC = {
  critical: 1,
  major: 2,
  minor: 3,
  warning: 4,
  unacknowledged: 5,
  nodes: 6,
  events: 7,
  bySite: 8,
  worstNodes: 9,
  overTime: 10,
  latest: 11,
} as const;

/** A network so small that its event list is on the screen as a whole. */
export function smallNetwork(rows: number): Row[] {
  return Array.from({ length: rows }, (_, i) => ({
    identifier: `event-${i}`,
    node: `node-${i % 4}`,
    site: 'lon',
    location: 'London',
    service: 'voice-gateway',
    severity: 2 + (i % 4),
    summary: `Fault ${i}`,
  }));
}

/** Until the first screen of the overview shows its gauges and its events. */
export async function nocShown(watched: WatchedPage): Promise<void> {
  for (const id of [NOC.critical, NOC.unacknowledged]) await watched.panel(id).getByText(/^\d+$/).first().waitFor();
  for (const id of [NOC.events, NOC.worstNodes]) await watched.panel(id).getByRole('row').nth(1).waitFor();
}
