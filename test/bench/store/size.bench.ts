import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPeers } from '../peers/install.ts';
import { Postgres, postgresEventsSql } from '../peers/postgres.ts';
import { runAlone } from '../support/alone.ts';
import type { Benchmark, Figures } from '../support/benchmark.ts';
import { ServedProcess } from '../support/served-process.ts';
import { sized } from '../support/sizes.ts';
import type { IntakeClientInput } from './intake-client.ts';
import type { SizeInput } from './size-workload.ts';

const ROWS = sized(1_000_000, 10_000);
const MAIN = join(import.meta.dirname, '../../../backend/main.ts');

async function started(dir: string): Promise<{ readonly readyMs: number; readonly bytes: number }> {
  const options = ['--port', '0', '--data-dir', dir, '--log-level', 'silent'];
  const served = await ServedProcess.start([MAIN, 'serve', ...options]);
  const readyMs = await served.answersAfterMs('/readyz');
  const bytes = served.residentMB().own * 2 ** 20;
  await served.stop();
  return { readyMs, bytes };
}

async function own(): Promise<Figures> {
  const [empty, dir] = [folder(), folder()];
  try {
    const figures = await workload('panelcast', dir);
    const base = await started(empty);
    const full = await started(dir);
    return {
      ...figures,
      'RSS B a row': (full.bytes - base.bytes) / ROWS,
      'start ms': full.readyMs,
      'start ms, empty': base.readyMs,
    };
  } finally {
    for (const each of [empty, dir]) rmSync(each, { recursive: true });
  }
}

async function other(what: SizeInput['what']): Promise<Figures> {
  const dir = folder();
  try {
    return await workload(what, dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function postgres(): Promise<Figures> {
  installPeers();
  const server = await Postgres.start();
  try {
    server.sql(postgresEventsSql());
    const input: IntakeClientInput = {
      to: 'postgres',
      port: server.port,
      rows: ROWS,
      upserts: 'each',
      batch: 1000,
      connections: 1,
    };
    await runAlone(join(import.meta.dirname, 'intake-client.ts'), input);
    return { 'disk B a row': Number(server.sql("SELECT pg_total_relation_size('events')")) / ROWS };
  } finally {
    await server.stop();
  }
}

function workload(what: SizeInput['what'], dir: string): Promise<Figures> {
  return runAlone(join(import.meta.dirname, 'size-workload.ts'), { what, dir, rows: ROWS } satisfies SizeInput);
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'panelcast-bench-'));
}

export const benchmark: Benchmark = {
  name: 'store/size',
  sentence: `${ROWS} events of 353 B: the database file with its index and its log, what they add to the resident memory of a whole notifier that has just started, that start until /readyz, and what a snapshot of all columns as JSON costs. Raw is node:sqlite with rows as JavaScript arrays and JSON.stringify.`,
  cases: [
    {
      name: `${ROWS} rows`,
      runs: 1,
      rehearsal: false,
      contenders: [
        { name: 'panelcast', run: own },
        { name: 'raw node:sqlite', run: () => other('raw') },
        { name: 'a JS Map', run: () => other('map') },
        { name: 'PostgreSQL 15', run: postgres },
      ],
      bars: [{ figure: 'start ms', max: 3000 }],
    },
  ],
};
