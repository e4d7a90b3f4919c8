/**
 * The real notifier with the demo probe, and the built preview beside it on one origin.
 * `node test/support/preview-site.ts [port]` to look at it while developing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import type { Duplex } from 'node:stream';

const ROOT = resolve(import.meta.dirname, '../..');
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
};

/** The loader evaluates the plugin's text, as Grafana's does; emotion writes styles; Monaco has a worker. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export class PreviewSite {
  readonly origin: string;
  readonly #server: Server;
  readonly #notifier: ChildProcess;
  readonly #dataDir: string;

  private constructor(of: { server: Server; notifier: ChildProcess; dataDir: string }) {
    this.#server = of.server;
    this.#notifier = of.notifier;
    this.#dataDir = of.dataDir;
    this.origin = `http://127.0.0.1:${(of.server.address() as AddressInfo).port}`;
  }

  static async start(port = 0): Promise<PreviewSite> {
    const dataDir = mkdtempSync(join(tmpdir(), 'panelcast-preview-'));
    const { notifier, origin } = await startNotifier(dataDir);
    const { hostname, port: notifierPort } = new URL(origin);
    const to = { host: hostname, port: Number(notifierPort) };
    const server = createServer((incoming, answer) => {
      const path = new URL(incoming.url ?? '/', origin).pathname;
      if (path.startsWith('/preview/')) void sendFile(path.slice('/preview/'.length), answer);
      else forward(incoming, answer, to);
    });
    server.on('upgrade', (incoming, socket, head) => forwardUpgrade(incoming, { socket, head }, to));
    await new Promise<void>(listening => server.listen(port, '127.0.0.1', listening));
    return new PreviewSite({ server, notifier, dataDir });
  }

  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.#notifier.once('exit', resolve));
    this.#notifier.kill('SIGTERM');
    this.#server.close();
    this.#server.closeAllConnections();
    await ended;
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function startNotifier(dataDir: string): Promise<{ notifier: ChildProcess; origin: string }> {
  const args = [join(ROOT, 'backend/main.ts'), 'serve', '--demo', '--port', '0', '--data-dir', dataDir];
  const notifier = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((ready, failed) => {
    let said = '';
    notifier.stderr.on('data', chunk => (said += chunk));
    notifier.stdout.on('data', chunk => {
      said += chunk;
      const found = /ready: (http:\S+?)\/?\n/.exec(said);
      if (found) ready({ notifier, origin: found[1]! });
    });
    notifier.once('exit', code => failed(new Error(`the notifier ended with ${code}:\n${said}`)));
  });
}

async function sendFile(path: string, answer: ServerResponse): Promise<void> {
  const [base, rest] = path.startsWith('plugin/') ? ['dist', path.slice('plugin/'.length)] : ['dist/preview', path];
  const file = join(ROOT, base, normalize(`/${rest || 'index.html'}`));
  const body = await readFile(file).catch(() => undefined);
  if (body === undefined) return void answer.writeHead(404).end();
  answer
    .writeHead(200, {
      'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    })
    .end(body);
}

function forward(incoming: IncomingMessage, answer: ServerResponse, to: Address): void {
  const { method, url, headers } = incoming;
  const outgoing = request({ ...to, method, path: url, headers }, inner => {
    answer.writeHead(inner.statusCode ?? 502, inner.headers);
    inner.pipe(answer);
  });
  outgoing.on('error', () => answer.destroy());
  answer.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function forwardUpgrade(incoming: IncomingMessage, from: { socket: Duplex; head: Buffer }, to: Address): void {
  const { socket, head } = from;
  const inner = connect(to.port, to.host, () => {
    const headers = incoming.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? `${name}: ${all[i + 1]}` : []));
    inner.write([`${incoming.method} ${incoming.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
    inner.write(head);
    inner.pipe(socket).pipe(inner);
  });
  inner.on('error', () => socket.destroy());
  socket.on('error', () => inner.destroy());
}

if (import.meta.main) {
  const site = await PreviewSite.start(Number(process.argv[2] ?? 0));
  process.stdout.write(`${site.origin}/preview/\n`);
  process.once('SIGINT', () => void site.stop().then(() => process.exit()));
}
