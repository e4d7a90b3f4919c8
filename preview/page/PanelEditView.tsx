import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import type { VizPanel } from '@grafana/scenes';
import { Button, useStyles2 } from '@grafana/ui';
import { useEffect } from 'react';
import type { DashboardScene } from '../dashboards/dashboard-scene.ts';
import { queryRunnerOf } from '../dashboards/panels.ts';
import { PanelQueries } from './PanelQueries.tsx';

interface Props {
  readonly scene: DashboardScene;
  readonly panel: VizPanel;
  /** Where the dashboard itself is. */
  readonly back: string;
}

/** As Grafana's panel editor: the panel alone, under the dashboard's time and variables, over its queries. */
export function PanelEditView({ scene, panel, back }: Props) {
  const styles = useStyles2(viewStyles);
  const { controls = [] } = scene.useState();
  const runner = queryRunnerOf(panel);
  // The dashboard is not drawn meanwhile; its variables and time range must live on.
  useEffect(() => scene.activate(), [scene]);
  return (
    <div className={styles.view}>
      <div className={styles.controls}>
        <Button icon="arrow-left" variant="secondary" onClick={() => locationService.push(back)}>
          Back to dashboard
        </Button>
        {controls.map(control => (
          <control.Component key={control.state.key} model={control} />
        ))}
      </div>
      <div className={styles.panel}>
        <panel.Component model={panel} />
      </div>
      {runner && <PanelQueries runner={runner} />}
    </div>
  );
}

function viewStyles(theme: GrafanaTheme2) {
  return {
    view: css({ display: 'flex', flexDirection: 'column', flexGrow: 1, minWidth: 0, gap: theme.spacing(1.5) }),
    controls: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-end', gap: theme.spacing(1) }),
    panel: css({ height: '45vh', minHeight: 280 }),
  };
}
