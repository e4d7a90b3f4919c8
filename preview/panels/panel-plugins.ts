import { FieldColorModeId, type PanelPlugin } from '@grafana/data';
import { BarGaugePanel } from './BarGaugePanel.tsx';
import { LogsPanel } from './LogsPanel.tsx';
import { NodeGraphPanel } from './NodeGraphPanel.tsx';
import { type Panel, panelPlugin } from './panel-plugin.ts';
import { StateTimelinePanel } from './StateTimelinePanel.tsx';
import { StatPanel } from './StatPanel.tsx';
import { TablePanel } from './TablePanel.tsx';
import { TextPanel } from './TextPanel.tsx';
import { TimeSeriesPanel } from './TimeSeriesPanel.tsx';

const GRAPH_OPTIONS = {
  drawStyle: 'line',
  lineInterpolation: 'linear',
  lineWidth: 1,
  lineStyle: undefined,
  fillOpacity: 0,
  fillBelowTo: undefined,
  gradientMode: 'none',
  showPoints: 'auto',
  pointSize: 5,
  spanNulls: false,
  barAlignment: 0,
  barMaxWidth: undefined,
  barWidthFactor: 0.6,
  stacking: { mode: 'none', group: 'A' },
  axisPlacement: 'auto',
  axisLabel: '',
  axisColorMode: 'text',
  axisWidth: undefined,
  axisSoftMin: undefined,
  axisSoftMax: undefined,
  axisGridShow: undefined,
  axisCenteredZero: false,
  scaleDistribution: { type: 'linear' },
  thresholdsStyle: { mode: 'off' },
  hideFrom: { tooltip: false, viz: false, legend: false },
};
const TABLE_OPTIONS = {
  align: 'auto',
  width: undefined,
  minWidth: undefined,
  filterable: false,
  inspect: false,
  cellOptions: { type: 'auto' },
  wrapHeaderText: undefined,
  hideFrom: { tooltip: false, viz: false, legend: false },
};
const PALETTE = { mode: FieldColorModeId.PaletteClassic };
const THRESHOLDS = { mode: FieldColorModeId.Thresholds };

/** Core's panels are in no package; these draw the same options with the same parts of @grafana/ui. */
const PANELS: Readonly<Record<string, Panel>> = {
  timeseries: { name: 'Time series', component: TimeSeriesPanel, color: PALETTE, custom: GRAPH_OPTIONS },
  table: { name: 'Table', component: TablePanel, color: THRESHOLDS, custom: TABLE_OPTIONS },
  stat: { name: 'Stat', component: StatPanel, color: THRESHOLDS },
  bargauge: { name: 'Bar gauge', component: BarGaugePanel, color: THRESHOLDS },
  'state-timeline': {
    name: 'State timeline',
    component: StateTimelinePanel,
    color: THRESHOLDS,
    custom: { fillOpacity: 70, lineWidth: 0 },
  },
  logs: { name: 'Logs', component: LogsPanel },
  nodeGraph: { name: 'Node graph', component: NodeGraphPanel },
  text: { name: 'Text', component: TextPanel, skipDataQuery: true },
};

const plugins = new Map<string, PanelPlugin>();

export function findPanelPlugin(id: string): PanelPlugin {
  const made = plugins.get(id);
  if (made) return made;
  const panel = PANELS[id];
  if (!panel) throw new Error(`The preview has no ${id} panel; it has ${Object.keys(PANELS).join(', ')}`);
  const plugin = panelPlugin(id, panel);
  plugins.set(id, plugin);
  return plugin;
}
