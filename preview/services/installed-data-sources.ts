import {
  DataSourceApi,
  type DataSourceInstanceSettings,
  type DataSourceJsonData,
  type DataSourcePluginMeta,
  PluginType,
} from '@grafana/data';
import type { PanelcastOptions } from '../../src/types.ts';
import type { LoadedPlugin } from '../boot/plugin-loader.ts';
import { MetricsSource } from '../prometheus/metrics-source.ts';
import { type InstalledDataSource, PageDataSources } from './data-sources.ts';
import type { NotifierDoor } from './notifier-door.ts';

/** As in provisioning/datasources: the dashboards name data sources by these uids. */
export const PANELCAST_UID = 'panelcast';
export const PROMETHEUS_UID = 'prometheus';

export function installDataSources(panelcast: LoadedPlugin, door: NotifierDoor): PageDataSources {
  return new PageDataSources([panelcastSource(panelcast, door), prometheusSource()]);
}

const PROMETHEUS_META: DataSourcePluginMeta = {
  id: 'prometheus',
  name: 'Prometheus',
  type: PluginType.datasource,
  module: '',
  baseUrl: '',
  metrics: true,
  info: {
    author: { name: '' },
    description: '',
    links: [],
    logos: { large: '', small: '' },
    screenshots: [],
    updated: '',
    version: '',
  },
};

/** Also on the page's origin: it reads the notifier's own metrics, since the page has no Prometheus. */
function prometheusSource(): InstalledDataSource {
  const settings: DataSourceInstanceSettings<DataSourceJsonData> = {
    id: 2,
    uid: PROMETHEUS_UID,
    name: 'Prometheus',
    type: 'prometheus',
    url: '',
    access: 'proxy',
    readOnly: true,
    meta: PROMETHEUS_META,
    jsonData: {},
  };
  // DataSourceApi is invariant in its kind of query; a list of sources is not.
  return { settings, api: new MetricsSource(settings) as unknown as DataSourceApi };
}

/**
 * The notifier is on the page's own origin: an empty URL reaches it without Grafana's proxy. Without that proxy a WebSocket
 * cannot carry a token, so that with one the live connection is the stream.
 */
function panelcastSource({ plugin, meta }: LoadedPlugin, door: NotifierDoor): InstalledDataSource {
  const settings: DataSourceInstanceSettings<PanelcastOptions> = {
    id: 1,
    uid: PANELCAST_UID,
    name: 'Panelcast',
    type: meta.id,
    url: '',
    access: 'proxy',
    readOnly: true,
    isDefault: true,
    meta,
    jsonData: door.token === undefined ? {} : { transport: 'stream' },
  };
  const api = new plugin.DataSourceClass(settings);
  if (!(api instanceof DataSourceApi)) throw new Error(`${meta.id} brings its own copy of @grafana/data`);
  api.components = plugin.components;
  api.meta = meta;
  return { settings, api };
}
