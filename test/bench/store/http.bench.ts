import { join } from 'node:path';
import { installPeers } from '../peers/install.ts';
import { Postgres, postgresEventsSql } from '../peers/postgres.ts';
import { runAlone } from '../support/alone.ts';
import type { Benchmark, Case, Contender, Figures } from '../support/benchmark.ts';
import { cpuMsOfTree } from '../support/cpu.ts';
import { LiveStage } from '../support/live-stage.ts';
import { sized } from '../support/sizes.ts';
import type { IntakeClientInput } from './intake-client.ts';

const ROWS = sized(100_000, 2000);

interface Server {
  readonly to: IntakeClientInput['to'];
  readonly pid: number;
  readonly port: number;
}

/** Fills the table, warms up, and then counts the server's CPU alone. */
async function measured({ pid, port, to }: Server, batch: number): Promise<Figures> {
  const upserts = sized({ 1: 20_000, 100: 200_000, 1000: 300_000 }, { 1: 500, 100: 2000, 1000: 4000 })[batch as 1];
  const client = (part: Pick<IntakeClientInput, 'batch' | 'upserts'>) =>
    runAlone(join(import.meta.dirname, 'intake-client.ts'), {
      ...part,
      to,
      port,
      rows: ROWS,
      connections: part.batch === 1 ? 32 : 4,
    } satisfies IntakeClientInput);
  await client({ batch: 1000, upserts: 'each' });
  await client({ batch, upserts: upserts / 4 });
  const before = cpuMsOfTree(pid);
  const { 'wall ms': wallMs } = await client({ batch, upserts });
  const cpuMs = cpuMsOfTree(pid) - before;
  return {
    'upserts a CPU-second': upserts / (cpuMs / 1000),
    'CPU µs an upsert': (cpuMs * 1000) / upserts,
    'upserts a second': upserts / (wallMs! / 1000),
  };
}

function panelcast(batch: number): Contender {
  return {
    name: 'panelcast, HTTP',
    async run() {
      const stage = await LiveStage.start();
      try {
        return await measured({ to: 'panelcast', pid: stage.served.pid, port: stage.port }, batch);
      } finally {
        await stage.stop();
      }
    },
  };
}

function postgres(batch: number): Contender {
  return {
    name: 'PostgreSQL 15',
    async run() {
      installPeers();
      const server = await Postgres.start();
      try {
        server.sql(postgresEventsSql());
        return await measured({ to: 'postgres', pid: server.pid, port: server.port }, batch);
      } finally {
        await server.stop();
      }
    },
  };
}

function upserts(batch: number): Case {
  return {
    name: `batches of ${batch}`,
    runs: sized(3, 1),
    rehearsal: false,
    contenders: [panelcast(batch), postgres(batch)],
    bars: batch === 1000 ? [{ figure: 'upserts a CPU-second', peer: 'PostgreSQL 15', min: 3 }] : [],
  };
}

export const benchmark: Benchmark = {
  name: 'store/http',
  sentence: `Durable upserts of full events over ${ROWS} rows through the whole HTTP path (JSON in, checked, stored, captured, logged, synced, answered), beside PostgreSQL 15 with prepared multi-row upserts of the same rows by its binary protocol. CPU of all the server’s processes and threads; the senders’ is not counted.`,
  cases: [1000, 100, 1].map(upserts),
};
