import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { productionPackages } from '../support/production-packages.ts';
import type { Benchmark, Figures } from './support/benchmark.ts';
import { ServedProcess } from './support/served-process.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What the start itself has allocated is collected by then. */
const IDLE_MS = 2000;

async function startAndIdle(args: readonly string[]): Promise<Figures> {
  const served = await ServedProcess.start(args);
  try {
    const readyzMs = await served.answersAfterMs('/readyz');
    await new Promise(resolve => setTimeout(resolve, IDLE_MS));
    const { own, all } = served.residentMB();
    return { 'ready line ms': served.readyMs, 'readyz ms': readyzMs, 'idle RSS MB': own, 'RSS with children MB': all };
  } finally {
    await served.stop();
  }
}

async function startNotifier(): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'panelcast-bench-'));
  const options = ['--demo', '--port', '0', '--data-dir', dataDir, '--log-level', 'silent'];
  try {
    return await startAndIdle([join(ROOT, 'backend/main.ts'), 'serve', ...options]);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}

export const benchmark: Benchmark = {
  name: 'house',
  sentence:
    'What `npm start` costs: from the start of the process in an empty folder to the ready line and to the first 200 of `/readyz`, with the demo probe running; resident memory two seconds later. The peer is a fastify process with one route.',
  cases: [
    {
      name: 'start',
      contenders: [
        { name: 'panelcast', run: startNotifier },
        { name: 'bare fastify', run: () => startAndIdle([join(import.meta.dirname, 'support/bare-server.ts')]) },
      ],
      bars: [{ figure: 'readyz ms', max: 2000 }],
    },
    {
      name: 'production packages',
      runs: 1,
      contenders: [
        {
          name: 'panelcast',
          async run() {
            const packages = productionPackages(ROOT);
            return { packages: packages.length, 'size MB': packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6 };
          },
        },
      ],
      bars: [{ figure: 'size MB', max: 40 }],
    },
  ],
};
