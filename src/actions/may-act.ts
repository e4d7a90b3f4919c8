import { config } from '@grafana/runtime';

/**
 * Whether it makes sense to offer actions: the notifier refuses viewers anyway, from Grafana's signed identity; here
 * they only are not shown what they cannot do.
 */
export function mayAct(): boolean {
  const { isGrafanaAdmin, orgRole } = config.bootData?.user ?? {};
  return isGrafanaAdmin === true || (orgRole !== 'Viewer' && orgRole !== 'None');
}
