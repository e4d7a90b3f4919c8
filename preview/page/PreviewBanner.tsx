import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';

export function PreviewBanner() {
  const styles = useStyles2(bannerStyles);
  return (
    <details className={styles.banner} data-testid="preview-banner">
      <summary className={styles.summary}>
        <Icon name="info-circle" /> <strong>Preview without a Grafana server.</strong> The provisioned dashboards, the
        built plugin and live data of this notifier are real.{' '}
        <span className={styles.more}>What differs from Grafana</span>
      </summary>
      <ul className={styles.list}>
        <li>
          Core’s panels are in no package: these draw the same options with the same parts of @grafana/ui; a node graph,
          which has none there, is shown as a table.
        </li>
        <li>
          The plugin talks to the notifier directly; in Grafana, through its data-source proxy, with your identity. With
          a token it does so by an HTTP stream: a browser’s WebSocket cannot carry one.
        </li>
        <li>
          A changed query lasts until the page is left: nothing is saved, and there are no users, alerts or Explore.
        </li>
        <li>Prometheus panels read the notifier’s own /metrics while they are shown: their past begins then.</li>
        <li>The typeface is your system’s.</li>
      </ul>
    </details>
  );
}

function bannerStyles(theme: GrafanaTheme2) {
  return {
    banner: css({
      padding: theme.spacing(0.5, 2),
      background: theme.colors.info.transparent,
      borderBottom: `1px solid ${theme.colors.info.borderTransparent}`,
      ...theme.typography.bodySmall,
    }),
    summary: css({ cursor: 'pointer', listStyle: 'none', '&::-webkit-details-marker': { display: 'none' } }),
    more: css({ textDecoration: 'underline' }),
    list: css({ margin: theme.spacing(0.5, 0, 0.5, 3) }),
  };
}
