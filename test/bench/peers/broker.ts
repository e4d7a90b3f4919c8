import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerName } from './broker-dialects.ts';

/** A message broker from the system's packages on a free port of loopback, with a folder of its own; ends by its pid. */
export class Broker {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(child: ChildProcess, port: number, dir: string) {
    this.#child = child;
    this.port = port;
    this.#dir = dir;
  }

  static async start(name: BrokerName): Promise<Broker> {
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), `panelcast-bench-${name}-`));
    const child = spawn(name, argumentsOf(name, port, dir), { stdio: 'ignore', cwd: dir });
    const broker = new Broker(child, port, dir);
    await broker.#answers();
    return broker;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async open(): Promise<Socket> {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return socket;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      try {
        (await this.open()).destroy();
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await sleep(20);
      }
    }
  }
}

function argumentsOf(name: BrokerName, port: number, dir: string): string[] {
  const file = join(dir, 'configuration');
  switch (name) {
    case 'redis-server':
      writeFileSync(file, `port ${port}\nbind 127.0.0.1\nsave ""\nmaxclients 20000\ntcp-backlog 4096\n`);
      return [file];
    case 'nats-server':
      writeFileSync(file, 'max_connections: 20000\nwrite_deadline: "60s"\n');
      return ['-a', '127.0.0.1', '-p', String(port), '-c', file];
    case 'mosquitto':
      writeFileSync(
        file,
        `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_connections -1\nuser root\n`,
      );
      return ['-c', file];
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
