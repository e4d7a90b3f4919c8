import { DataSourceApi, type DataSourceInstanceSettings, type DataSourceJsonData } from '@grafana/data';
import type { LoadedPlugin } from '../boot/plugin-loader.ts';
import { type InstalledDataSource, PageDataSources } from './data-sources.ts';

/** As in provisioning/datasources: the dashboards name data sources by these uids. */
export const PANELCAST_UID = 'panelcast';

export function installDataSources(panelcast: LoadedPlugin): PageDataSources {
  return new PageDataSources([panelcastSource(panelcast)]);
}

/** The notifier is on the page's own origin: an empty URL reaches it without Grafana's proxy. */
function panelcastSource({ plugin, meta }: LoadedPlugin): InstalledDataSource {
  const settings: DataSourceInstanceSettings<DataSourceJsonData> = {
    id: 1,
    uid: PANELCAST_UID,
    name: 'Panelcast',
    type: meta.id,
    url: '',
    access: 'proxy',
    readOnly: true,
    isDefault: true,
    meta,
    jsonData: {},
  };
  const api = new plugin.DataSourceClass(settings);
  if (!(api instanceof DataSourceApi)) throw new Error(`${meta.id} brings its own copy of @grafana/data`);
  api.components = plugin.components;
  api.meta = meta;
  return { settings, api };
}
