import { EventBusSrv } from '@grafana/data';
import {
  setAppEvents,
  setBackendSrv,
  setEchoSrv,
  setPluginImportUtils,
  setRunRequest,
  setTemplateSrv,
} from '@grafana/runtime';
import { findPanelPlugin } from '../panels/panel-plugins.ts';
import { PageBackend } from '../services/backend.ts';
import type { NotifierDoor } from '../services/notifier-door.ts';
import { runRequest } from '../services/run-request.ts';
import { PageTemplates } from '../services/templates.ts';

/**
 * The services that Grafana's application gives to @grafana/runtime, as far as dashboards and data sources use them. A data
 * source may take them when it is made, so they come before the data sources.
 */
export function installServices(door: NotifierDoor): void {
  setBackendSrv(new PageBackend(door));
  setTemplateSrv(new PageTemplates());
  setAppEvents(new EventBusSrv());
  setEchoSrv({ addEvent: () => {}, addBackend: () => {}, flush: () => {}, onInteraction: () => () => {} });
  setRunRequest(runRequest);
  setPluginImportUtils({
    importPanelPlugin: async id => findPanelPlugin(id),
    getPanelPluginFromCache: findPanelPlugin,
  });
}
