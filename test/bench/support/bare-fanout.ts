/**
 * The least that brings a change to many: what is posted is appended to a file and synced, then written to every
 * socket in a loop, framed once. No store, no view, no thread. Told on the command line: the file, the bytes of a frame.
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { frame, webSocketFraming } from '../../../backend/gateway/live/framing.ts';

const [file, frameBytes] = process.argv.slice(2) as [string, string];
const log = openSync(file, 'a');
const sockets: Duplex[] = [];

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  writeSync(log, body);
  fdatasyncSync(log);
  const framed = frame(webSocketFraming, body.toString().padEnd(Number(frameBytes)));
  for (const socket of sockets) socket.write(framed);
  response.setHeader('content-type', 'application/json');
  response.end('{}');
});

server.on('upgrade', (_request, socket: Duplex) => {
  socket.on('error', () => {});
  socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
  socket.once('data', () => {
    socket.write(frame(webSocketFraming, '{"type":"opened"}{"type":"cut"}'));
    socket.resume();
    sockets.push(socket);
  });
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
process.on('SIGTERM', () => process.exit(0));
