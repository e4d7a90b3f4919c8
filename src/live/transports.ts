import { config, getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import type { NotifierApi } from '../api/notifier-api.ts';
import { liveUrl } from './address.ts';
import { browserPage } from './browser-page.ts';
import type { Transports } from './transport.ts';
import { pollingTransport } from './transport-polling.ts';
import { streamTransport } from './transport-stream.ts';
import { webSocketTransport } from './transport-websocket.ts';

/** The three ways to a data source's notifier. */
export function transportsTo(dataSourceUrl: string, api: NotifierApi): Transports {
  const base = dataSourceUrl.replace(/\/+$/, '');
  return {
    websocket: listener => webSocketTransport(liveUrl(window.location, config.appSubUrl ?? '', base))(listener),
    stream: streamTransport(messages =>
      getBackendSrv().chunked({ url: `${base}/api/stream`, method: 'POST', data: messages, showErrorAlert: false }),
    ),
    polling: pollingTransport(request => lastValueFrom(api.query(request)), browserPage),
  };
}
