import type { Request } from '../../../backend/protocol/request.ts';
import type { Format } from '../../../src/types.ts';

/** Dashboards that only the benchmark shows, as Grafana saves them. */
export interface BenchDashboard {
  readonly uid: string;
  readonly title: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly panels: readonly object[];
}

/** How many rows there are of each class; each table shows one. */
export const CLASSES = [10_000, 1000, 200, 200] as const;
export const PANELS = 20;

const SOURCE = { type: 'panelcast-panelcast-datasource', uid: 'panelcast' };
const COLUMNS = ['severity', 'last_occurrence', 'site', 'node', 'service', 'summary', 'tally', 'acknowledged', 'owner'];
const COUNT = [{ fn: 'count' }] as const;
const HISTORY_MS = 900_000;

const OPTIONS = {
  stat: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, graphMode: 'none', textMode: 'value' },
  bargauge: {
    reduceOptions: { calcs: [], fields: '', values: true, limit: 12 },
    displayMode: 'gradient',
    orientation: 'horizontal',
    legend: { showLegend: false, displayMode: 'hidden', placement: 'bottom', calcs: [] },
  },
  table: { showHeader: true, cellHeight: 'sm', enablePagination: false },
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
} as const;
const THRESHOLDS = {
  mode: 'absolute',
  steps: [
    { value: null, color: '#2e7d4f' },
    { value: 80, color: '#d6283d' },
  ],
};
const FORMATS = { stat: 'metric', bargauge: 'metric', table: 'table', timeseries: 'series' } as const;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
type PanelType = keyof typeof OPTIONS;

function panel(type: PanelType, gridPos: Place, request: Request): object {
  const format: Format = FORMATS[type];
  return {
    type,
    title: `${type} ${gridPos.x} ${gridPos.y}`,
    gridPos,
    datasource: SOURCE,
    fieldConfig: { defaults: { thresholds: THRESHOLDS, custom: {} }, overrides: [] },
    options: OPTIONS[type],
    targets: [{ refId: 'A', datasource: SOURCE, request, format, editor: 'builder' }],
  };
}

function table(ofClass: number, gridPos: Place): object {
  const orderBy = [
    { column: 'severity', desc: true },
    { column: 'last_occurrence', desc: true },
  ] as const;
  return panel('table', gridPos, { filter: `class = ${ofClass}`, columns: COLUMNS, orderBy });
}

function dashboard(uid: string, title: string, panels: readonly object[]): BenchDashboard {
  const numbered = panels.map((one, index) => ({ id: index + 1, ...one }));
  return { uid, title, time: { from: 'now-15m', to: 'now' }, panels: numbered };
}

const stats = Array.from({ length: 12 }, (_, index) =>
  panel(
    'stat',
    { x: 2 * index, y: 0, w: 2, h: 4 },
    { filter: `severity >= ${index % 6} AND tally > ${index}`, metrics: COUNT },
  ),
);
const gauges = ['site', 'service'].map((column, index) =>
  panel('bargauge', { x: 12 + 6 * index, y: 16, w: 6, h: 9 }, { metrics: COUNT, groupBy: [column] }),
);
const charts = ['severity', 'site'].map((column, index) =>
  panel(
    'timeseries',
    { x: 12 * index, y: 25, w: 12, h: 8 },
    { metrics: COUNT, groupBy: [column], historyMs: HISTORY_MS },
  ),
);

/** The first is without panels: from there the others are opened. */
export const DASHBOARDS = [
  dashboard('bench-start', 'Start', []),
  dashboard('bench-table', 'A table', [table(0, { x: 0, y: 0, w: 24, h: 30 })]),
  dashboard('bench-twenty', 'Twenty panels', [
    ...stats,
    table(0, { x: 0, y: 4, w: 12, h: 12 }),
    table(1, { x: 12, y: 4, w: 12, h: 12 }),
    table(2, { x: 0, y: 16, w: 6, h: 9 }),
    table(3, { x: 6, y: 16, w: 6, h: 9 }),
    ...gauges,
    ...charts,
  ]),
] as const;
