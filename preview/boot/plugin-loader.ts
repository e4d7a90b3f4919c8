import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import type { DataSourceApi, DataSourcePlugin, DataSourcePluginMeta } from '@grafana/data';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import * as grafanaUiUnstable from '@grafana/ui/unstable';
import * as i18next from 'i18next';
import lodash from 'lodash';
import moment from 'moment';
import * as react from 'react';
import * as jsxDevRuntime from 'react/jsx-dev-runtime';
import * as jsxRuntime from 'react/jsx-runtime';
import * as reactDom from 'react-dom';
import * as reactI18next from 'react-i18next';
import * as reactRouter from 'react-router-dom-v5-compat';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';
import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';
import 'systemjs/dist/extras/named-register.js';

/** One copy of each, shared between the page and the plugin, under the names that Grafana's loader uses. */
const SHARED: Readonly<Record<string, object>> = {
  '@emotion/css': emotionCss,
  '@emotion/react': emotionReact,
  '@grafana/data': grafanaData,
  '@grafana/runtime': grafanaRuntime,
  '@grafana/ui': grafanaUi,
  '@grafana/ui/unstable': grafanaUiUnstable,
  i18next,
  lodash: { ...lodash, default: lodash, __useDefault: true },
  moment: { default: moment, __useDefault: true },
  react,
  'react-dom': reactDom,
  'react-i18next': reactI18next,
  'react-router': reactRouter,
  'react/jsx-dev-runtime': jsxDevRuntime,
  'react/jsx-runtime': jsxRuntime,
  rxjs,
  'rxjs/operators': rxjsOperators,
};

export interface LoadedPlugin {
  readonly plugin: DataSourcePlugin<DataSourceApi>;
  readonly meta: DataSourcePluginMeta;
}

interface SystemWithHooks {
  constructor: { prototype: { fetch: typeof fetch; shouldFetch: (url: string) => boolean } };
}

/** Loads a built plugin as Grafana does: its plugin.json, then module.js as AMD through SystemJS. */
export async function loadPlugin(baseUrl: string): Promise<LoadedPlugin> {
  const manifest = await fetch(new URL('plugin.json', baseUrl));
  if (!manifest.ok)
    throw new Error(`${manifest.url} answered ${manifest.status}: is the plugin built (npm run build)?`);
  const meta = { ...(await manifest.json()), module: `${baseUrl}module.js`, baseUrl } as DataSourcePluginMeta;
  shareModules();
  const module = await System.import<{ plugin: DataSourcePlugin<DataSourceApi> }>(
    `${meta.module}?v=${meta.info.version}`,
  );
  module.plugin.meta = meta;
  return { plugin: module.plugin, meta };
}

function shareModules(): void {
  const imports: Record<string, string> = {};
  for (const [name, module] of Object.entries(SHARED)) {
    imports[name] = `package:${name}`;
    System.set(`package:${name}`, module);
  }
  System.addImportMap({ imports });
  Object.assign(window, { __grafana_amd_define: (window as unknown as { define: unknown }).define });
  const { prototype } = (System as unknown as SystemWithHooks).constructor;
  prototype.shouldFetch = () => true;
  prototype.fetch = fetchWithOwnDefine;
}

/** Grafana's loader hides AMD's `define` behind a name of its own, because Monaco brings another. */
async function fetchWithOwnDefine(input: string | URL | globalThis.Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (!response.ok) return response;
  const wrapped = `(function(define) {\n${await response.text()}\n})(window.__grafana_amd_define);`;
  return new Response(wrapped, { headers: { 'content-type': 'text/javascript' } });
}
