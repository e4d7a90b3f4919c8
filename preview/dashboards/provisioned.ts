import type { Dashboard } from '@grafana/schema';
import { THEME } from '../boot/grafana-window.ts';

/** The very files that Grafana provisions, in the order of their names. */
const files = import.meta.glob<Dashboard>('../../provisioning/dashboards/*.json', { eager: true, import: 'default' });

export const DASHBOARDS: readonly Dashboard[] = Object.keys(files)
  .sort()
  .map(path => linkedWithinPage(files[path]!));

/** Grafana's addresses of dashboards as those of this page. */
function linkedWithinPage(dashboard: Dashboard): Dashboard {
  return JSON.parse(JSON.stringify(dashboard).replaceAll(/"\/d\/([\w-]+)\?/g, `"?theme=${THEME}&dashboard=$1&`));
}

export function findDashboard(uid: string | null): Dashboard {
  return DASHBOARDS.find(dashboard => dashboard.uid === uid) ?? DASHBOARDS[0]!;
}
