import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { UrlSyncContextProvider, type VizPanel } from '@grafana/scenes';
import { useStyles2 } from '@grafana/ui';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'react-router-dom-v5-compat';
import { DashboardScene } from '../dashboards/dashboard-scene.ts';
import { findDashboard } from '../dashboards/provisioned.ts';
import { PreviewBanner } from './PreviewBanner.tsx';
import { PreviewHeader } from './PreviewHeader.tsx';
import { QueryDrawer } from './QueryDrawer.tsx';

export function PreviewPage() {
  const styles = useStyles2(pageStyles);
  const { search } = useLocation();
  const dashboard = findDashboard(new URLSearchParams(search).get('dashboard'));
  const uid = dashboard.uid ?? '';
  const [editing, setEditing] = useState<VizPanel>();
  // Grafana too keeps the scene of a dashboard that was left, and gives it back on return.
  const scenes = useRef(new Map<string, DashboardScene>());
  if (!scenes.current.has(uid)) scenes.current.set(uid, new DashboardScene(dashboard, setEditing));
  const scene = scenes.current.get(uid)!;

  useEffect(() => {
    document.title = `${dashboard.title} · Panelcast preview`;
    setEditing(undefined);
  }, [dashboard]);

  return (
    <div className={styles.page}>
      <PreviewHeader current={uid} />
      <PreviewBanner />
      <main className={styles.dashboard} aria-label={dashboard.title ?? 'Dashboard'}>
        <UrlSyncContextProvider key={uid} scene={scene}>
          <scene.Component model={scene} />
        </UrlSyncContextProvider>
      </main>
      {editing && <QueryDrawer panel={editing} onClose={() => setEditing(undefined)} />}
    </div>
  );
}

function pageStyles(theme: GrafanaTheme2) {
  return {
    page: css({
      minHeight: '100vh',
      display: 'flex',
      flexDirection: 'column',
      background: theme.colors.background.canvas,
    }),
    dashboard: css({ flexGrow: 1, display: 'flex', padding: theme.spacing(1.5, 2, 3) }),
  };
}
