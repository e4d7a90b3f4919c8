import type { FieldConfigSource } from '@grafana/data';
import {
  type SceneDataQuery,
  SceneDataTransformer,
  SceneGridItem,
  type SceneGridItemLike,
  SceneGridRow,
  SceneQueryRunner,
  VizPanel,
  VizPanelMenu,
} from '@grafana/scenes';
import type { Dashboard, GridPos, Panel, RowPanel } from '@grafana/schema';
import { PanelNotices } from './PanelNotices.tsx';

type OnEditQuery = (panel: VizPanel) => void;
type AnyPanel = NonNullable<Dashboard['panels']>[number];

/** Panels that follow a row's title belong to it, as in Grafana; those of a closed row lie within its JSON. */
export function gridChildren(panels: readonly AnyPanel[], onEditQuery: OnEditQuery): SceneGridItemLike[] {
  const children: SceneGridItemLike[] = [];
  let row: SceneGridRow | undefined;
  for (const panel of panels) {
    if (isRow(panel)) {
      row = gridRow(panel, onEditQuery);
      children.push(row);
    } else if (row) row.setState({ children: [...row.state.children, gridItem(panel, onEditQuery)] });
    else children.push(gridItem(panel, onEditQuery));
  }
  return children;
}

/** Where the panel's queries run, below its transformations. */
export function queryRunnerOf(panel: VizPanel): SceneQueryRunner | undefined {
  const data = panel.state.$data;
  const inner = data instanceof SceneDataTransformer ? data.state.$data : data;
  return inner instanceof SceneQueryRunner ? inner : undefined;
}

function isRow(panel: AnyPanel): panel is RowPanel {
  return panel.type === 'row';
}

function gridRow(row: RowPanel, onEditQuery: OnEditQuery): SceneGridRow {
  return new SceneGridRow({
    key: `row-${row.id}`,
    title: row.title ?? '',
    isCollapsed: row.collapsed,
    y: row.gridPos?.y ?? 0,
    children: row.panels.map(panel => gridItem(panel as Panel, onEditQuery)),
  });
}

function gridItem(panel: Panel, onEditQuery: OnEditQuery): SceneGridItem {
  const { x, y, w, h } = panel.gridPos ?? ({ x: 0, y: 0, w: 12, h: 8 } satisfies GridPos);
  return new SceneGridItem({ key: `grid-${panel.id}`, x, y, width: w, height: h, body: vizPanel(panel, onEditQuery) });
}

function vizPanel(panel: Panel, onEditQuery: OnEditQuery): VizPanel {
  const hasQuery = (panel.targets ?? []).length > 0;
  const viz: VizPanel = new VizPanel({
    key: `panel-${panel.id}`,
    title: panel.title ?? '',
    ...(panel.description && { description: panel.description }),
    pluginId: panel.type,
    ...(panel.pluginVersion && { pluginVersion: panel.pluginVersion }),
    options: panel.options ?? {},
    fieldConfig: (panel.fieldConfig ?? { defaults: {}, overrides: [] }) as FieldConfigSource,
    displayMode: panel.transparent ? 'transparent' : 'default',
    hoverHeader: !panel.title,
    titleItems: [new PanelNotices({})],
    // As Grafana's dashboards do: a panel empties the arrays of its former frames in place.
    _UNSAFE_clearPreviousFieldValues: true,
    ...(hasQuery && { $data: queryData(panel) }),
  });
  if (hasQuery)
    viz.setState({
      menu: new VizPanelMenu({
        items: [{ text: 'Edit query', iconClassName: 'edit', onClick: () => onEditQuery(viz) }],
      }),
    });
  return viz;
}

function queryData(panel: Panel): SceneDataTransformer {
  const runner = new SceneQueryRunner({
    queries: (panel.targets ?? []) as unknown as SceneDataQuery[],
    ...(panel.datasource && { datasource: panel.datasource }),
    ...(panel.maxDataPoints ? { maxDataPoints: panel.maxDataPoints } : { maxDataPointsFromWidth: true }),
    ...(panel.interval && { minInterval: panel.interval }),
  });
  const transformations = (panel.transformations ?? []) as ConstructorParameters<
    typeof SceneDataTransformer
  >[0]['transformations'];
  return new SceneDataTransformer({ $data: runner, transformations });
}
