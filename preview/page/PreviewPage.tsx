import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { UrlSyncContextProvider, type VizPanel } from '@grafana/scenes';
import { useStyles2 } from '@grafana/ui';
import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router-dom-v5-compat';
import { DashboardScene } from '../dashboards/dashboard-scene.ts';
import { findDashboard } from '../dashboards/provisioned.ts';
import { addressWith, placeOf } from './address.ts';
import { PanelEditView } from './PanelEditView.tsx';
import { PreviewBanner } from './PreviewBanner.tsx';
import { PreviewHeader } from './PreviewHeader.tsx';

export function PreviewPage() {
  const styles = useStyles2(pageStyles);
  const place = placeOf(useLocation().search);
  const dashboard = findDashboard(place.dashboard);
  const uid = dashboard.uid ?? '';
  // Grafana too keeps the scene of a dashboard that was left, and gives it back on return.
  const scenes = useRef(new Map<string, DashboardScene>());
  if (!scenes.current.has(uid)) scenes.current.set(uid, new DashboardScene(dashboard, editQuery));
  const scene = scenes.current.get(uid)!;
  const editing = place.editPanel === null ? undefined : scene.findPanel(Number(place.editPanel));

  useEffect(() => {
    document.title = `${dashboard.title} · Panelcast preview`;
  }, [dashboard]);

  return (
    <div className={styles.page}>
      <PreviewHeader current={uid} />
      <PreviewBanner />
      <main className={styles.dashboard} aria-label={dashboard.title ?? 'Dashboard'}>
        <UrlSyncContextProvider key={uid} scene={scene}>
          {editing ? (
            <PanelEditView scene={scene} panel={editing} back={addressWith({ editPanel: null })} />
          ) : (
            <scene.Component model={scene} />
          )}
        </UrlSyncContextProvider>
      </main>
    </div>
  );
}

function editQuery(panel: VizPanel): void {
  locationService.push(addressWith({ editPanel: String(panel.getLegacyPanelId()) }));
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
