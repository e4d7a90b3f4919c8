/**
 * The viewers of the fan-out workload, in a process of their own so that their CPU is not the server's. They are bare
 * sockets: they shake hands, say hello, count bytes and answer cuts that ask. Told by their parent over IPC.
 */
import { connect, type Socket } from 'node:net';

export type ToClients =
  | { readonly type: 'connect'; readonly port: number; readonly count: number }
  /** Say `reached` once every viewer has had so many bytes since the last `expect`. */
  | { readonly type: 'expect'; readonly bytes: number }
  /** So many viewers read nothing any more. */
  | { readonly type: 'stall'; readonly count: number };
export type FromClients = { readonly type: 'connected' } | { readonly type: 'reached' };

interface Client {
  readonly socket: Socket;
  received: number;
  tail: string;
}

const HANDSHAKE =
  'GET /api/live HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: panelcast.v1\r\n\r\n';

const clients: Client[] = [];
let wanted = Infinity;
let missing = 0;

process.on('message', (message: ToClients) => {
  if (message.type === 'connect') void connectAll(message.port, message.count);
  else if (message.type === 'expect') awaitBytes(message.bytes);
  else for (const { socket } of clients.slice(0, message.count)) socket.pause();
});

async function connectAll(port: number, count: number): Promise<void> {
  for (let i = 0; i < count; i += 200)
    await Promise.all(Array.from({ length: Math.min(200, count - i) }, () => enter(port)));
  say({ type: 'connected' });
}

function enter(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const client: Client = { socket, received: 0, tail: '' };
    socket.once('error', reject);
    socket.once('connect', () => socket.write(HANDSHAKE));
    let opening = '';
    socket.on('data', function greeting(chunk: Buffer) {
      const before = opening.length;
      opening += chunk.toString('latin1');
      if (before === 0) socket.write(masked('{"type":"hello","protocol":"panelcast.v1"}'));
      if (!opening.includes('"welcome"')) return;
      socket.off('data', greeting);
      socket.on('data', data => receive(client, data));
      clients.push(client);
      resolve();
    });
  });
}

function awaitBytes(bytes: number): void {
  wanted = bytes;
  missing = clients.length;
  for (const client of clients) arrived(client);
}

function receive(client: Client, chunk: Buffer): void {
  const before = client.received;
  client.received += chunk.length;
  if (before < wanted) arrived(client);
  const asked = lastAsked(client.tail, chunk);
  client.tail = (client.tail + chunk.toString('latin1', Math.max(0, chunk.length - CUT))).slice(-CUT);
  if (asked !== undefined) client.socket.write(masked(`{"type":"applied","asOf":${asked}}`));
}

/** Longer than any `cut`. */
const CUT = 150;
const ASK = Buffer.from('"ack":true}');
const ASKED = /"asOf":(\d+),[^{}]*"ack":true\}/g;

/** A question may stand anywhere in what was read, when several cuts came at once, or begin in what was read before. */
function lastAsked(tail: string, chunk: Buffer): string | undefined {
  const at = chunk.lastIndexOf(ASK);
  const end = at < 0 ? Math.min(CUT, chunk.length) : at + ASK.length;
  const from = Math.max(0, end - CUT);
  const text = chunk.toString('latin1', from, end);
  const asked = [...(from === 0 ? tail + text : text).matchAll(ASKED)].at(-1)?.[1];
  // One that ended in what was read before has been answered.
  return at < 0 && tail.match(ASKED) !== null ? undefined : asked;
}

function arrived(client: Client): void {
  if (client.received < wanted) return;
  client.received -= wanted;
  if (--missing > 0) return;
  wanted = Infinity;
  say({ type: 'reached' });
}

/** A masking key of zeros leaves the text as it is. */
function masked(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}

function say(message: FromClients): void {
  process.send!(message);
}
