import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SELF_TABLES } from '../../backend/notifier/self-tables.ts';
import { eventsTable } from '../../backend/object-server/events-table.ts';
import type { Request } from '../../backend/protocol/request.ts';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import type { Source } from '../../backend/sources/source.ts';
import { type Catalog, resolveRequest } from '../../backend/views/resolve-request.ts';
import { type Expression, parseExpression } from '../../preview/prometheus/expression.ts';
import { FORMATS } from '../../src/types.ts';
import { tempDir } from '../support/temp-dir.ts';
import { type PanelJson, ROOT, readDashboards, readDataSources, type TargetJson } from './files.ts';

const PANELS = ['timeseries', 'table', 'stat', 'bargauge', 'state-timeline', 'logs', 'nodeGraph', 'text'];
/** The names that stay; histograms are asked by their buckets. */
const METRICS = [
  ...['viewers', 'registrations', 'views', 'filter_sets', 'evaluations_total', 'evaluations_avoided_total'],
  ...['encodings_total', 'deliveries_total', 'bytes_sent_total', 'changes_total', 'sweep_seconds_bucket'],
  ...['interval_seconds', 'throttled', 'change_to_send_seconds_bucket', 'conflations_total', 'spool_bytes'],
  ...['upstream_queries_total', 'rejected_total', 'seq', 'epoch'],
].map(name => `panelcast_${name}`);

/** JSON knows no enums, only their values. */
const PLAIN = `type Plain<T> = T extends string ? \`\${T}\` : T extends number ? number
  : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;`;

function source(name: string, tables: readonly TableSchema[]): [string, Source] {
  return [name, { name, tables: new Map(tables.map(table => [table.name, table])) } as unknown as Source];
}

const catalog = {
  sources: new Map([
    source('events', [eventsTable()]),
    source(
      'panelcast',
      SELF_TABLES.map(({ schema }) => schema),
    ),
  ]),
  filters: new Map(),
  namedView: () => undefined,
  namedViews: [],
  intervalMs: 1000,
} as unknown as Catalog;

/** Reads a saved request as the notifier does, variables replaced by two values each. */
function resolve({ request }: TargetJson) {
  const asked = request as Request;
  const filter = asked.filter?.replaceAll(/\$\w+/g, "'lon', 'nyc'");
  return resolveRequest({ ...asked, ...(filter !== undefined && { filter }) }, catalog);
}

const uids = readDataSources().map(({ uid }) => uid);

describe.each(readDashboards())('$file', ({ json: dashboard, text }) => {
  const asking = dashboard.panels.filter(panel => panel.targets);
  const targets = [
    ...asking.flatMap(panel => panel.targets!.map(target => ({ ...target, title: panel.title }))),
    ...dashboard.templating.list.map(variable => ({
      ...variable.query,
      datasource: variable.datasource,
      title: `$${variable.name}`,
    })),
  ];
  // An ad hoc filter has a data source and asks nothing itself.
  const requests = targets.filter(target => target.datasource.uid === 'panelcast' && target.request !== undefined);

  it('fits Grafana’s published types', () => {
    const dir = tempDir();
    symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
    writeFileSync(
      join(dir, 'dashboard.ts'),
      `import type { Dashboard } from '@grafana/schema';\n${PLAIN}\nexport const dashboard: Plain<Dashboard> = ${text};\n`,
    );
    const tsc = spawnSync(
      join(ROOT, 'node_modules/.bin/tsc'),
      ['--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler', 'dashboard.ts'],
      { cwd: dir, encoding: 'utf8' },
    );
    expect(tsc.stdout).toBe('');
  });

  it('asks data sources that are provisioned, with the same one in the panel and its queries', () => {
    for (const panel of asking)
      for (const target of panel.targets!) {
        expect(uids).toContain(target.datasource.uid);
        expect(target.datasource).toEqual(panel.datasource);
      }
  });

  it('is pushed to, so it neither refreshes by itself nor redraws continuously', () => {
    expect(dashboard).toMatchObject({ refresh: '', liveNow: false });
  });

  it('gives each panel an id of its own and a place that no other has', () => {
    const ids = dashboard.panels.map(panel => panel.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const a of dashboard.panels) {
      expect(a.gridPos.x + a.gridPos.w).toBeLessThanOrEqual(24);
      for (const b of dashboard.panels) if (a !== b) expect(overlap(a, b), `${a.title} and ${b.title}`).toBe(false);
    }
  });

  it('uses panels that the preview can draw', () => {
    for (const panel of dashboard.panels) expect(PANELS).toContain(panel.type);
  });

  it('saves requests that the notifier can read, in a format that the plugin knows', () => {
    for (const target of requests) {
      expect(FORMATS, target.title).toContain(target.format);
      expect(() => resolve(target), target.title).not.toThrow();
    }
  });

  it('asks for a past where it draws lines, and for none where it does not', () => {
    for (const target of requests) expect(resolve(target).historyMs > 0, target.title).toBe(target.format === 'series');
  });

  it('never says a number of events, nor paints it green, where it has been told nothing', () => {
    for (const { fieldConfig, targets = [], title, type } of dashboard.panels) {
      // Without groups a metric always has its value, so that none at all is ignorance.
      const isAlone = targets.some(({ request }) => request !== undefined && request.groupBy === undefined);
      if (type !== 'stat' || !isAlone) continue;
      const { mappings = [], noValue = '' } = fieldConfig.defaults;
      expect(noValue, title).not.toMatch(/\d/);
      expect(JSON.stringify(mappings), title).toContain('"match":"null+nan"');
    }
  });

  it('says no number where nobody has answered', () => {
    for (const { fieldConfig, title } of dashboard.panels)
      expect(fieldConfig.defaults.noValue ?? '', title).not.toMatch(/\d/);
  });

  it('says of no rows what that means, but not of a cell without a value', () => {
    for (const panel of asking.filter(panel => panel.datasource!.uid === 'panelcast')) {
      const { defaults, overrides } = panel.fieldConfig;
      expect(defaults.noValue, panel.title).toBeTruthy();
      const blank = overrides.find(
        ({ matcher, properties }) => matcher.id === 'byRegexp' && properties[0]?.value === '',
      );
      if (panel.type === 'table') expect(blank?.properties[0]?.id, panel.title).toBe('noValue');
    }
  });

  it('overrides only fields that its queries give', () => {
    for (const panel of asking.filter(panel => panel.datasource!.uid === 'panelcast')) {
      const given = panel.targets!.flatMap(target => resolve(target).fields);
      const names = given.flatMap(({ name, values = [] }) => [name, ...values.map(entry => entry.name)]);
      for (const { matcher } of panel.fieldConfig.overrides)
        if (matcher.id === 'byName') expect(names, panel.title).toContain(matcher.options);
    }
  });

  it('names metrics that the notifier has', () => {
    for (const { expr, title } of targets) {
      if (expr === undefined) continue;
      const names = metricNames(parseExpression(expr));
      expect(names.length, title).toBeGreaterThan(0);
      for (const name of names) expect(METRICS, title).toContain(name);
    }
  });

  it('links only to dashboards that are there', () => {
    const known = readDashboards().map(({ json }) => json.uid);
    for (const [, uid] of text.matchAll(/"\/d\/([\w-]+)/g)) expect(known).toContain(uid);
  });
});

function overlap({ gridPos: a }: PanelJson, { gridPos: b }: PanelJson): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function metricNames(expression: Expression): string[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'selector':
      return [expression.labels.__name__!];
    case 'arithmetic':
      return [...metricNames(expression.left), ...metricNames(expression.right)];
    default:
      return metricNames(expression.of);
  }
}
