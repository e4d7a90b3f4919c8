import type { FetchResponse } from '@grafana/runtime';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { PanelcastError } from '../../../backend/lib/panelcast-error.ts';
import { type ClientMessage, PROTOCOL, type ServerMessage } from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { Answer } from '../../../src/api/read-answer.ts';
import { liveUrl } from '../../../src/live/address.ts';
import type { Loss, OpenTransport } from '../../../src/live/transport.ts';
import { pollingTransport } from '../../../src/live/transport-polling.ts';
import { streamTransport } from '../../../src/live/transport-stream.ts';
import { webSocketTransport } from '../../../src/live/transport-websocket.ts';
import { flushMicrotasks, SimPage } from './sim-page.ts';

const HELLO: ClientMessage = { type: 'hello', protocol: PROTOCOL };

function open(id: string, request: Request = { metrics: [{ fn: 'count' }] }): ClientMessage {
  return { type: 'open', id, request };
}

/** A transport with everything that it says. */
function heard(openTransport: OpenTransport) {
  const messages: ServerMessage[] = [];
  const losses: Loss[] = [];
  let opened = 0;
  const transport = openTransport({
    opened: () => opened++,
    message: message => messages.push(message),
    closed: loss => losses.push(loss),
  });
  return { transport, messages, losses, opened: () => opened };
}

describe('the address', () => {
  it.each([
    ['https:', '', '/api/datasources/proxy/uid/p', 'wss://noc:3000/api/datasources/proxy/uid/p/api/live'],
    ['http:', '/grafana', '/api/datasources/proxy/uid/p', 'ws://noc:3000/grafana/api/datasources/proxy/uid/p/api/live'],
    [
      'http:',
      '/grafana',
      '/grafana/api/datasources/proxy/uid/p',
      'ws://noc:3000/grafana/api/datasources/proxy/uid/p/api/live',
    ],
    ['http:', '', '', 'ws://noc:3000/api/live'],
    ['http:', '/grafana', '', 'ws://noc:3000/api/live'],
  ])('goes through Grafana’s proxy: %s %s %s', (protocol, appSubUrl, url, expected) => {
    expect(liveUrl({ protocol, host: 'noc:3000' }, appSubUrl, url)).toBe(expected);
  });
});

describe('a WebSocket', () => {
  class FakeSocket {
    static last: FakeSocket;
    readonly OPEN = 1;
    readyState = 0;
    readonly sent: string[] = [];
    readonly url: string;
    readonly protocol: string;
    onopen = () => {};
    onmessage = (_event: { data: unknown }) => {};
    onclose = (_event: { code: number; reason: string }) => {};

    constructor(url: string, protocol: string) {
      this.url = url;
      this.protocol = protocol;
      FakeSocket.last = this;
    }

    send(text: string): void {
      this.sent.push(text);
    }

    close(): void {
      this.readyState = 3;
    }
  }

  it('says each message as JSON under the protocol’s name, and tells why it ended', () => {
    const { losses, messages, transport } = heard(
      webSocketTransport('ws://x/api/live', FakeSocket as unknown as typeof WebSocket),
    );
    const socket = FakeSocket.last;
    socket.readyState = 1;
    transport.send([HELLO, { type: 'pong' }]);
    socket.onmessage({ data: '{"type":"ping"}' });
    socket.onclose({ code: 1006, reason: '' });
    socket.onclose({ code: 1006, reason: '' });
    expect([socket.protocol, socket.sent.map(text => JSON.parse(text).type)]).toEqual([PROTOCOL, ['hello', 'pong']]);
    expect([messages, losses]).toEqual([[{ type: 'ping' }], [{ message: 'the WebSocket closed with code 1006' }]]);
  });

  it('ends where the other side speaks in its own words, and is silent once closed', () => {
    const { losses, messages, transport } = heard(
      webSocketTransport('ws://x', FakeSocket as unknown as typeof WebSocket),
    );
    FakeSocket.last.onmessage({ data: '<html>' });
    expect(losses).toHaveLength(1);
    transport.close();
    FakeSocket.last.onmessage({ data: '{"type":"ping"}' });
    expect(messages).toEqual([]);
  });
});

describe('an HTTP stream', () => {
  it('says everything at once and reads lines that come in pieces, also within a character', async () => {
    const body = new Subject<FetchResponse<Uint8Array | undefined>>();
    const posted: (readonly ClientMessage[])[] = [];
    const { losses, messages, opened, transport } = heard(
      streamTransport(said => {
        posted.push(said);
        return body;
      }),
    );
    expect(opened()).toBe(0);
    await flushMicrotasks();
    expect(opened()).toBe(1);
    transport.send([HELLO, open('1')]);
    expect(posted).toEqual([[HELLO, open('1')]]);
    const error = { type: 'error', code: 'bad-filter', message: 'é 😀' };
    const bytes = new TextEncoder().encode(`${JSON.stringify(error)}\n{"type":"ping"}\n`);
    for (const byte of bytes) body.next({ data: new Uint8Array([byte]) } as FetchResponse<Uint8Array>);
    expect(messages).toEqual([error, { type: 'ping' }]);
    body.complete();
    expect(losses).toEqual([{ message: 'the stream ended' }]);
  });

  it('tells a refusal in the notifier’s words, which Grafana hands over in pieces as an answer', () => {
    const body = new Subject<FetchResponse<Uint8Array | undefined>>();
    const { losses, messages, transport } = heard(streamTransport(() => body));
    transport.send([HELLO]);
    const error = { code: 'forbidden', message: 'the token is not the right one' };
    const bytes = new TextEncoder().encode(JSON.stringify({ error }));
    for (const data of [bytes.slice(0, 30), bytes.slice(30), undefined])
      body.next({ ok: false, status: 403, data } as FetchResponse<Uint8Array | undefined>);
    body.complete();
    expect([messages, losses]).toEqual([[], [{ message: error.message }]]);
  });

  it('stops reading when it is closed', () => {
    const body = new Subject<FetchResponse<Uint8Array | undefined>>();
    const { losses, transport } = heard(streamTransport(() => body));
    transport.send([HELLO]);
    expect(body.observed).toBe(true);
    transport.close();
    expect([body.observed, losses]).toEqual([false, []]);
  });
});

describe('polling', () => {
  function answer(asOf: number, count: number): Answer {
    return { asOf, fields: [{ name: 'count', type: 'real' }], values: [[count]] };
  }

  it('tells answers as a connection would: opened, then frames, then one cut', async () => {
    const page = new SimPage();
    let asOf = 1;
    const { messages, transport } = heard(pollingTransport(async () => answer(asOf, asOf), page));
    transport.send([HELLO, open('1'), open('2')]);
    await page.settle();
    expect(messages.map(({ type }) => type)).toEqual(['welcome', 'opened', 'metric', 'opened', 'metric', 'cut']);
    messages.length = 0;
    await page.settle(5000);
    expect(messages.map(({ type }) => type)).toEqual(['cut']);
    messages.length = 0;
    asOf = 2;
    await page.settle(5000);
    expect(messages.map(({ type }) => type)).toEqual(['metric', 'metric', 'cut']);
  });

  it('asks at once for what is opened, and no more for what is closed or refused', async () => {
    const page = new SimPage();
    const asked: Request[] = [];
    const { messages, transport } = heard(
      pollingTransport(async request => {
        asked.push(request);
        if (request.filter === 'x') throw new PanelcastError('bad-filter', 'unknown column "x"', { position: 0 });
        return answer(1, 1);
      }, page),
    );
    transport.send([HELLO, open('1')]);
    await page.settle();
    transport.send([open('2', { filter: 'x', metrics: [{ fn: 'count' }] })]);
    await page.settle();
    expect(messages.find(({ type }) => type === 'error')).toMatchObject({ id: '2', code: 'bad-filter', position: 0 });
    transport.send([{ type: 'close', id: '1' }]);
    asked.length = 0;
    await page.settle(6000);
    expect(asked).toEqual([]);
  });

  it('counts as connected only once something was answered', async () => {
    const page = new SimPage();
    const { losses, messages, transport } = heard(
      pollingTransport(async () => {
        throw new PanelcastError('overloaded', 'nobody is there');
      }, page),
    );
    transport.send([HELLO, open('1')]);
    await page.settle();
    expect([messages, losses]).toEqual([[], [{ message: 'nobody is there' }]]);
    expect(page.waiting).toBe(0);
  });
});
