export interface PageAddress {
  readonly protocol: string;
  readonly host: string;
}

/**
 * Where the live connection goes: through Grafana's data source proxy, on the page's own origin, so that the secret
 * stays on the server. Grafana gives the proxy's path with its own sub-path in front, or without; an empty one means
 * that the page comes from the notifier itself.
 */
export function liveUrl(page: PageAddress, appSubUrl: string, dataSourceUrl: string): string {
  const scheme = page.protocol === 'https:' ? 'wss' : 'ws';
  if (/^https?:\/\//.test(dataSourceUrl)) return `${dataSourceUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}/api/live`;
  const path = dataSourceUrl.replace(/\/+$/, '');
  const prefix = path === '' || isWithin(path, appSubUrl) ? '' : appSubUrl;
  return `${scheme}://${page.host}${prefix}${path}/api/live`;
}

function isWithin(path: string, appSubUrl: string): boolean {
  return appSubUrl === '' || path === appSubUrl || path.startsWith(`${appSubUrl}/`);
}
