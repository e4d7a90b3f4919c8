import type { Request } from '../../../backend/protocol/request.ts';

const COUNT = [{ fn: 'count' }] as const;

/** What the screens of a network operations centre ask, some of it spelt in more than one way. */
const DASHBOARDS: readonly (readonly Request[])[] = [
  [
    { metrics: COUNT, groupBy: ['severity'] },
    { filter: 'severity = 5', metrics: COUNT },
    { filter: 'severity = 4', metrics: COUNT },
    { filter: 'severity >= 4 AND acknowledged = 0', metrics: COUNT },
    { filter: 'severity >= 4 AND acknowledged = 0', columns: ['severity', 'node', 'summary', 'last_occurrence'] },
    { filter: 'severity >= 3', columns: ['node', 'summary'], orderBy: [{ column: 'tally', desc: true }], limit: 20 },
  ],
  [
    { filter: 'acknowledged = 0 AND severity > 3', metrics: COUNT, groupBy: ['site'] },
    { filter: "site = 'lon' AND severity > 0", metrics: COUNT, groupBy: ['severity'] },
    { filter: "site = 'lon' AND severity > 0", columns: ['summary', 'node', 'severity'] },
    { filter: "service LIKE 'vpn%' OR service LIKE 'voice%'", metrics: [...COUNT, { fn: 'max', column: 'severity' }] },
    { filter: 'severity = 5', metrics: COUNT },
  ],
  [
    { filter: "site IN ('lon', 'nyc', 'fra') AND severity >= 2", metrics: COUNT, groupBy: ['site', 'severity'] },
    { filter: 'last_occurrence > now() - 5m AND severity >= 4', metrics: COUNT, intervalMs: 5000 },
    { filter: 'type = 1 AND tally > 3', columns: ['node', 'summary', 'tally'], mode: 'immediate' },
    { filter: 'owner IS NOT NULL', metrics: COUNT, groupBy: ['owner'] },
  ],
];

/** Viewers, each with one dashboard; they end with the signal. */
export async function watch(origin: string, viewers: number, signal: AbortSignal): Promise<void> {
  const dashboards = DASHBOARDS.map(requests =>
    Object.fromEntries(requests.map((request, i) => [`panel ${i + 1}`, request])),
  );
  await Promise.all(
    Array.from({ length: viewers }, (_, i) => openViewer(origin, dashboards[i % dashboards.length]!, signal)),
  );
}

/** One viewer over /api/stream, with its panels by id. */
export async function openViewer(
  origin: string,
  panels: Readonly<Record<string, Request>>,
  signal: AbortSignal,
): Promise<void> {
  const opens = Object.entries(panels).map(([id, request]) => ({ type: 'open', id, request }));
  const answer = await fetch(`${origin}/api/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ type: 'hello', protocol: 'panelcast.v1' }, ...opens]),
    signal,
  });
  if (!answer.ok) throw new Error(await answer.text());
  // Read to the end, so that they keep up.
  answer.body?.pipeTo(new WritableStream(), { signal }).catch(() => {});
}
