import type { PanelData, QueryResultMetaNotice } from '@grafana/data';
import { type SceneComponentProps, SceneObjectBase, sceneGraph } from '@grafana/scenes';
import { Icon, type IconName, PanelChrome, Tooltip } from '@grafana/ui';

const ICONS: Readonly<Record<QueryResultMetaNotice['severity'], IconName>> = {
  error: 'exclamation-circle',
  warning: 'exclamation-triangle',
  info: 'info-circle',
};

/** What a panel's frames tell about themselves, beside its title: where Grafana's dashboards show it. */
export class PanelNotices extends SceneObjectBase {
  static Component = PanelNoticesRenderer;
}

function PanelNoticesRenderer({ model }: SceneComponentProps<PanelNotices>) {
  const { data } = sceneGraph.getData(model.parent ?? model).useState();
  return [...distinctNotices(data)].map(([text, severity]) => (
    <Tooltip key={text} content={text}>
      <PanelChrome.TitleItem data-testid={`notice-${severity}`}>
        <Icon name={ICONS[severity]} title={text} />
      </PanelChrome.TitleItem>
    </Tooltip>
  ));
}

/** Frames of one panel share their connection, and mostly their notices. */
function distinctNotices(data: PanelData | undefined): Map<string, QueryResultMetaNotice['severity']> {
  const notices = (data?.series ?? []).flatMap(frame => frame.meta?.notices ?? []);
  return new Map(notices.map(({ severity, text }) => [text, severity]));
}
