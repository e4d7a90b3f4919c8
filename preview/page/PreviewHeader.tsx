import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { LinkButton, useStyles2, useTheme2 } from '@grafana/ui';
import { Link } from 'react-router-dom-v5-compat';
import { THEME } from '../boot/grafana-window.ts';
import { DASHBOARDS } from '../dashboards/provisioned.ts';

interface Props {
  /** The uid of the dashboard that is shown. */
  readonly current: string;
}

export function PreviewHeader({ current }: Props) {
  const styles = useStyles2(headerStyles);
  const theme = useTheme2();
  const other = theme.isDark ? 'light' : 'dark';
  return (
    <header className={styles.header}>
      <img className={styles.logo} src="plugin/img/logo.svg" alt="" />
      <h1 className={styles.title}>Panelcast</h1>
      <nav className={styles.nav} aria-label="Dashboards">
        {DASHBOARDS.map(({ uid, title }) => (
          <Link
            key={uid}
            to={{ search: search({ dashboard: uid ?? '', theme: THEME }) }}
            className={cx(styles.link, uid === current && styles.current)}
            aria-current={uid === current ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </nav>
      <LinkButton
        variant="secondary"
        fill="text"
        icon="adjust-circle"
        href={search({ dashboard: current, theme: other })}
        aria-label={`Switch to the ${other} theme`}
        target="_self"
      />
      <LinkButton variant="secondary" fill="outline" size="sm" href="/" target="_self">
        Notifier console
      </LinkButton>
    </header>
  );
}

function search(params: Record<string, string>): string {
  return `?${new URLSearchParams(params)}`;
}

function headerStyles(theme: GrafanaTheme2) {
  // On a phone the dashboards have a line of their own.
  const narrow = theme.breakpoints.down('md');
  return {
    header: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      padding: theme.spacing(0.5, 2),
      minHeight: 48,
      background: theme.colors.background.primary,
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    }),
    logo: css({ width: 24, height: 24 }),
    title: css({ margin: 0, ...theme.typography.h5, [narrow]: { marginRight: 'auto' } }),
    nav: css({
      display: 'flex',
      flexGrow: 1,
      gap: theme.spacing(0.5),
      marginLeft: theme.spacing(2),
      [narrow]: { order: 1, flexBasis: '100%', marginLeft: 0, overflowX: 'auto' },
    }),
    link: css({
      padding: theme.spacing(0.75, 1.5),
      whiteSpace: 'nowrap',
      [narrow]: { padding: theme.spacing(0.75, 1) },
      borderRadius: theme.shape.radius.default,
      color: theme.colors.text.secondary,
      '&:hover': { color: theme.colors.text.primary, background: theme.colors.action.hover },
    }),
    current: css({ color: theme.colors.text.primary, background: theme.colors.action.selected }),
  };
}
