import { join } from 'node:path';
import { runAlone } from '../support/alone.ts';
import type { Benchmark, Case, Contender } from '../support/benchmark.ts';
import { sized } from '../support/sizes.ts';
import type { UpsertsInput } from './upserts-workload.ts';

const ROWS = sized(100_000, 2000);
const UPSERTS = sized(200_000, 4000);

type Level = UpsertsInput['level'];

const NAMES: Readonly<Record<Level, string>> = {
  capture: 'captured',
  raw: 'raw node:sqlite',
  log: 'captured and logged',
  core: 'the object server',
  map: 'a JS Map',
};

function contender(level: Level, where: 'memory' | 'file', batch: number): Contender {
  // A commit for each event waits for the disk: fewer are enough.
  const upserts = where === 'file' && batch === 1 ? UPSERTS / 20 : UPSERTS;
  const input: UpsertsInput = { level, where, batch, rows: ROWS, upserts };
  return { name: NAMES[level], run: () => runAlone(join(import.meta.dirname, 'upserts-workload.ts'), input) };
}

function upserts(where: 'memory' | 'file', batch: number, max?: number): Case {
  const levels: readonly Level[] = ['capture', 'raw', 'log', 'core', 'map'];
  const [first, ...others] = levels.map(level => contender(level, where, batch));
  return {
    name: `${where === 'memory' ? 'in memory' : 'on file'}, batches of ${batch}`,
    runs: sized(3, 1),
    rehearsal: false,
    contenders: [first!, ...others],
    bars: max === undefined ? [] : [{ figure: 'CPU µs an upsert', peer: NAMES.raw, max }],
  };
}

export const benchmark: Benchmark = {
  name: 'store/upserts',
  sentence: `Upserts of full events (22 fields, 353 B) by identifier, uniformly over ${ROWS} rows, without HTTP. Raw: the same statements and pragmas on node:sqlite. Captured: and every transition, old and new image, in JavaScript. Logged: and undone from the retained log. The object server: from event objects, which it checks, to answered promises. A Map is the limit, without SQL and without a disk.`,
  cases: [upserts('memory', 1000, 1.7), upserts('file', 1000, 1.4), upserts('file', 100), upserts('file', 1)],
};
