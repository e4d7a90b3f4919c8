import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly read_only?: boolean;
  readonly healthcheck?: { readonly test: readonly string[] };
}
export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}
export interface DataSourceEntry {
  readonly uid: string;
  readonly type: string;
  readonly url: string;
}
export interface DashboardFile {
  readonly file: string;
  readonly text: string;
  readonly json: DashboardJson;
}
export interface DataSourceRef {
  readonly uid: string;
  readonly type: string;
}
export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: DataSourceRef;
  readonly targets?: readonly TargetJson[];
  readonly fieldConfig: {
    readonly defaults: { readonly noValue?: string; readonly mappings?: readonly unknown[] };
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}
export interface TargetJson {
  readonly refId: string;
  readonly datasource: DataSourceRef;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly format?: string;
  readonly expr?: string;
}
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly refresh: string;
  readonly liveNow: boolean;
  readonly panels: readonly PanelJson[];
  readonly templating: {
    readonly list: readonly { name: string; datasource: DataSourceRef; query: TargetJson }[];
  };
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function readCompose(): Compose {
  return parse(readText('docker-compose.yml')) as Compose;
}

export function readDataSources(): readonly DataSourceEntry[] {
  return (parse(readText('provisioning/datasources/datasources.yaml')) as { datasources: DataSourceEntry[] })
    .datasources;
}

export function readDashboards(): readonly DashboardFile[] {
  const folder = 'provisioning/dashboards';
  const files = readdirSync(join(ROOT, folder)).filter(name => name.endsWith('.json'));
  return files.map(file => {
    const text = readText(`${folder}/${file}`);
    return { file, text, json: JSON.parse(text) as DashboardJson };
  });
}
