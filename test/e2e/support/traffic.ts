import type { Page } from 'playwright-core';
import type { ClientMessage, ServerMessage } from '../../../backend/protocol/messages.ts';

/** What a page says to the notifier and hears from it, counted from outside of the page. */
export class Traffic {
  sockets = 0;
  readonly said: ClientMessage[] = [];
  /** Of what was heard, by type. */
  readonly heard = new Map<ServerMessage['type'], number>();
  /** Calls of the HTTP API. */
  readonly calls: string[] = [];

  constructor(page: Page) {
    page.on('websocket', socket => {
      this.sockets++;
      socket.on('framesent', ({ payload }) => this.said.push(...messages<ClientMessage>(payload)));
      socket.on('framereceived', ({ payload }) => {
        for (const { type } of messages<ServerMessage>(payload)) this.heard.set(type, (this.heard.get(type) ?? 0) + 1);
      });
    });
    page.on('request', request => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/api/') && pathname !== '/api/live') this.calls.push(`${request.method()} ${pathname}`);
    });
  }

  /** How often each request was opened. */
  get opens(): Map<string, number> {
    const counted = new Map<string, number>();
    for (const message of this.said)
      if (message.type === 'open') {
        const request = JSON.stringify(message.request);
        counted.set(request, (counted.get(request) ?? 0) + 1);
      }
    return counted;
  }
}

/** A text is one message or a list of them. */
function messages<M>(payload: string | Buffer): M[] {
  return [JSON.parse(payload.toString())].flat() as M[];
}
