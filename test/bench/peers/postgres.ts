import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventsTable } from '../../../backend/object-server/events-table.ts';
import { freePort } from './broker.ts';

const BIN = '/usr/lib/postgresql/15/bin';

/** PostgreSQL 15 on a free port of loopback, as durable as it is by default, with room so that it need not checkpoint. */
export class Postgres {
  readonly port: number;
  readonly #server: ChildProcess;
  readonly #dir: string;

  private constructor(server: ChildProcess, port: number, dir: string) {
    this.#server = server;
    this.port = port;
    this.#dir = dir;
  }

  static async start(): Promise<Postgres> {
    const dir = mkdtempSync(join(tmpdir(), 'panelcast-bench-postgres-'));
    const user = unprivileged();
    chownSync(dir, user.uid, user.gid);
    const made = spawnSync(join(BIN, 'initdb'), ['-D', join(dir, 'data'), '-A', 'trust', '-U', 'bench', '-E', 'UTF8'], {
      ...user,
      stdio: 'ignore',
    });
    if (made.status !== 0) throw new Error('initdb failed');
    const port = await freePort();
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: dir,
      shared_buffers: '1GB',
      max_wal_size: '8GB',
      checkpoint_timeout: '30min',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(join(BIN, 'postgres'), ['-D', join(dir, 'data'), ...options], { ...user, stdio: 'ignore' });
    process.once('exit', () => server.kill('SIGKILL'));
    const postgres = new Postgres(server, port, dir);
    await postgres.#answers();
    return postgres;
  }

  get pid(): number {
    return this.#server.pid!;
  }

  sql(text: string): string {
    const psql = spawnSync(
      'psql',
      ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'bench', '-qAtc', text, 'postgres'],
      {
        encoding: 'utf8',
      },
    );
    if (psql.status !== 0) throw new Error(psql.stderr);
    return psql.stdout.trim();
  }

  async stop(): Promise<void> {
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGQUIT');
    await ended;
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if (spawnSync(join(BIN, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(this.port)]).status === 0) return;
      await sleep(50);
    }
    throw new Error('PostgreSQL does not answer');
  }
}

function unprivileged(): { uid: number; gid: number } {
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return process.getuid!() === 0
    ? { uid: id('-u'), gid: id('-g') }
    : { uid: process.getuid!(), gid: process.getgid!() };
}

/** The same columns, with the same constraints. */
export function postgresEventsSql(): string {
  const columns = eventsTable().columns.map(({ name, nullable, type }) => {
    const defined = name === 'serial' ? 'bigserial PRIMARY KEY' : type === 'text' ? 'text' : 'bigint';
    const initial = { tally: 1, acknowledged: 0, first_occurrence: 0, state_change: 0 }[name];
    return `${name} ${defined}${nullable ? '' : ' NOT NULL'}${initial === undefined ? '' : ` DEFAULT ${initial}`}`;
  });
  return `CREATE TABLE events (${columns.join(', ')}, UNIQUE (identifier))`;
}

/** The statement of the events table, for many rows at once. */
export function postgresUpsertSql(keys: readonly string[], rows: number): string {
  const tuples = Array.from(
    { length: rows },
    (_, row) => `(${keys.map((_key, i) => `$${row * keys.length + i + 1}`).join(', ')})`,
  );
  const set = keys
    .filter(key => key !== 'identifier' && key !== 'last_occurrence')
    .map(key => `${key} = excluded.${key}`);
  return `INSERT INTO events (${keys.join(', ')}) VALUES ${tuples.join(', ')}
    ON CONFLICT (identifier) DO UPDATE SET ${set.join(', ')}, tally = events.tally + 1,
      last_occurrence = greatest(events.last_occurrence, excluded.last_occurrence),
      state_change = CASE WHEN events.severity <> excluded.severity OR events.type <> excluded.type
        THEN excluded.last_occurrence ELSE events.state_change END`;
}
