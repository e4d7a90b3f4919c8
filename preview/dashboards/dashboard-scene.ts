import { CoreApp, type DataQueryRequest } from '@grafana/data';
import {
  behaviors,
  type DataRequestEnricher,
  dataLayers,
  EmbeddedScene,
  SceneControlsSpacer,
  SceneDataLayerControls,
  SceneDataLayerSet,
  SceneGridLayout,
  type SceneObject,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  SceneVariableSet,
  sceneGraph,
  VariableValueSelectors,
  VizPanel,
} from '@grafana/scenes';
import type { Dashboard } from '@grafana/schema';
import { gridChildren } from './panels.ts';
import { sceneVariables } from './variables.ts';

/** A dashboard's JSON as the scene that Grafana itself would make of it. */
export class DashboardScene extends EmbeddedScene implements DataRequestEnricher {
  readonly #dashboard: Dashboard;

  constructor(dashboard: Dashboard, onEditQuery: (panel: VizPanel) => void) {
    const variables = sceneVariables(dashboard.templating?.list ?? []);
    const layers = annotationLayers(dashboard);
    super({
      $timeRange: new SceneTimeRange({ from: dashboard.time?.from ?? 'now-6h', to: dashboard.time?.to ?? 'now' }),
      $variables: new SceneVariableSet({ variables }),
      $behaviors: [new behaviors.CursorSync({ sync: dashboard.graphTooltip ?? 0 })],
      ...(layers.length > 0 && { $data: new SceneDataLayerSet({ layers }) }),
      controls: [
        new VariableValueSelectors({}),
        ...(layers.length > 0 ? [new SceneDataLayerControls()] : []),
        new SceneControlsSpacer(),
        new SceneTimePicker({ isOnCanvas: true }),
        new SceneRefreshPicker({ refresh: dashboard.refresh || '', isOnCanvas: true }),
      ],
      body: new SceneGridLayout({ isLazy: true, children: gridChildren(dashboard.panels ?? [], onEditQuery) }),
    });
    this.#dashboard = dashboard;
  }

  findPanel(id: number): VizPanel | undefined {
    return sceneGraph.findObject(this, object => object.state.key === `panel-${id}`) as VizPanel | undefined;
  }

  /** Tells the data source for which panel of which dashboard it works. */
  enrichDataRequest(source: SceneObject): Partial<DataQueryRequest> {
    const panel = source instanceof VizPanel ? source : source.parent;
    const { uid, title } = this.#dashboard;
    return {
      app: CoreApp.Dashboard,
      ...(uid && { dashboardUID: uid }),
      ...(title && { dashboardTitle: title }),
      ...(panel instanceof VizPanel && {
        panelId: panel.getLegacyPanelId(),
        panelName: panel.state.title,
        panelPluginId: panel.state.pluginId,
      }),
    };
  }
}

function annotationLayers(dashboard: Dashboard) {
  const queries = (dashboard.annotations?.list ?? []).filter(query => !query.builtIn);
  return queries.map(
    query =>
      new dataLayers.AnnotationsDataLayer({
        key: `annotations-${query.name}`,
        name: query.name,
        isEnabled: query.enable,
        isHidden: query.hide ?? false,
        query: query as ConstructorParameters<typeof dataLayers.AnnotationsDataLayer>[0]['query'],
      }),
  );
}
