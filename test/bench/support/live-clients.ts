/**
 * Viewers of a whole notifier, in a process of their own: bare sockets that shake hands, open panels, answer cuts that
 * ask, and note when what they are told to wait for has come. Told by their parent over IPC.
 */
import { connect, type Socket } from 'node:net';
import type { Request } from '../../../backend/protocol/request.ts';

export type ToClients =
  | {
      readonly type: 'connect';
      readonly port: number;
      readonly count: number;
      readonly at: number;
      readonly requests: readonly Request[];
    }
  /** From now on say when each has had a frame with this text in it, and the cut after it; once. */
  | { readonly type: 'await'; readonly text: string; readonly skip: number }
  /** The first so many read nothing any more. */
  | { readonly type: 'stall'; readonly count: number }
  | { readonly type: 'wake' };

/** Times are of the machine's monotonic clock, in milliseconds. */
export type FromClients =
  | { readonly type: 'connected'; readonly ms: number }
  | { readonly type: 'reached'; readonly times: readonly number[] }
  | { readonly type: 'done' };

interface Client {
  readonly socket: Socket;
  /** The end of what came, in which the awaited text or a question may have been cut in two. */
  tail: string;
  reached: boolean;
}

const HANDSHAKE =
  'GET /api/live HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: panelcast.v1\r\n\r\n';
const TAIL = 300;

const clients: Client[] = [];
let awaited = '';
let times: number[] = [];
let missing = 0;
let skipped = 0;

process.on('message', (message: ToClients) => {
  switch (message.type) {
    case 'connect':
      return void connectAll(message);
    case 'await':
      return awaitText(message.text, message.skip);
    case 'stall':
      for (const { socket } of clients.slice(0, message.count)) socket.pause();
      return say({ type: 'done' });
    case 'wake':
      for (const { socket } of clients) socket.resume();
      return say({ type: 'done' });
  }
});

async function connectAll({ at, count, port, requests }: Extract<ToClients, { type: 'connect' }>): Promise<void> {
  const started = performance.now();
  for (let from = 0; from < count; from += at)
    await Promise.all(Array.from({ length: Math.min(at, count - from) }, () => enter(port, requests)));
  say({ type: 'connected', ms: performance.now() - started });
}

/** Resolves with the cut after the snapshots of all panels. */
function enter(port: number, requests: readonly Request[]): Promise<void> {
  const hello = [
    { type: 'hello', protocol: 'panelcast.v1' },
    ...requests.map((request, i) => ({ type: 'open', id: `p${i}`, request })),
  ].map(message => masked(JSON.stringify(message)));
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const client: Client = { socket, tail: '', reached: true };
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('a viewer was let go')));
    socket.once('connect', () => socket.write(HANDSHAKE));
    let opened = 0;
    let tail = '';
    let greeted = false;
    socket.on('data', function opening(chunk: Buffer) {
      if (!greeted) {
        greeted = true;
        socket.write(Buffer.concat(hello));
      }
      const text = tail + chunk.toString('latin1');
      opened += text.split('"type":"opened"').length - tail.split('"type":"opened"').length;
      tail = text.slice(-TAIL);
      if (opened < requests.length || !tail.includes('"type":"cut"')) return;
      socket.off('data', opening);
      socket.on('data', data => receive(client, data));
      clients.push(client);
      resolve();
    });
  });
}

function receive(client: Client, chunk: Buffer): void {
  const text = client.tail + chunk.toString('latin1');
  if (!client.reached && text.includes(awaited)) {
    client.reached = true;
    times.push(now());
    if (--missing === 0) say({ type: 'reached', times });
  }
  client.tail = answered(client, text).slice(-TAIL);
}

/** Answers what asks for it, and returns what comes after that. */
function answered({ socket }: Client, text: string): string {
  let rest = text;
  const ask = rest.lastIndexOf('"ack":true}');
  if (ask >= 0) {
    const asOf = /"asOf":(\d+),[^{}]*$/.exec(rest.slice(Math.max(0, ask - TAIL), ask))![1];
    socket.write(masked(`{"type":"applied","asOf":${asOf}}`));
    rest = rest.slice(ask + 1);
  }
  const ping = rest.lastIndexOf('{"type":"ping"}');
  if (ping < 0) return rest;
  socket.write(masked('{"type":"pong"}'));
  return rest.slice(ping + 1);
}

function awaitText(text: string, skip: number): void {
  awaited = text;
  times = [];
  skipped = skip;
  missing = clients.length - skipped;
  for (const client of clients.slice(skipped)) client.reached = false;
  say({ type: 'done' });
}

/** A masking key of zeros leaves the text as it is. */
function masked(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = bytes.length < 126 ? [0x80 | bytes.length] : [0x80 | 126, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...head, 0, 0, 0, 0]), bytes]);
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function say(message: FromClients): void {
  process.send!(message);
}
