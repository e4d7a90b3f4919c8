/**
 * `npm run bench [-- name …]`: runs the named benchmarks, or all; prints each and keeps it in results/ and RESULTS.md.
 * A folder of benchmarks has one name for all of them: `notifier` runs `notifier/matcher`, `notifier/fanout` …
 * `--quick` tries them out in small sizes and keeps nothing; `--runs=1` takes fewer turns than a case wants.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nearest } from '../../backend/lib/nearest.ts';
import type { Benchmark } from './support/benchmark.ts';
import { circumstances } from './support/machine.ts';
import { type CaseResult, measure, RUNS } from './support/measure.ts';
import { markdown, type Report } from './support/report.ts';
import { withSection } from './support/results-document.ts';
import { QUICK, RUNS_MAX } from './support/sizes.ts';

const FOLDER = import.meta.dirname;
const SUFFIX = '.bench.ts';

const known = globSync(
  ['*', '*/*'].map(files => files + SUFFIX),
  { cwd: FOLDER },
)
  .map(file => file.slice(0, -SUFFIX.length).replaceAll('\\', '/'))
  .sort();
const groups = [...new Set(known.filter(name => name.includes('/')).map(name => dirname(name)))];

async function run(name: string, command: string): Promise<Report> {
  const { benchmark } = (await import(join(FOLDER, `${name}${SUFFIX}`))) as { benchmark: Benchmark };
  const cases: CaseResult[] = [];
  for (const one of benchmark.cases) {
    process.stderr.write(`${name}: ${one.name} …\n`);
    cases.push(await measure({ ...one, runs: Math.min(one.runs ?? RUNS, RUNS_MAX) }));
  }
  return { name, sentence: benchmark.sentence, circumstances: circumstances(command), cases };
}

function keep(report: Report): void {
  const figures = join(FOLDER, 'results', `${report.name}.json`);
  mkdirSync(dirname(figures), { recursive: true });
  writeFileSync(figures, `${JSON.stringify(report, null, 2)}\n`);
  const file = join(FOLDER, 'RESULTS.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, withSection(before, report.name, markdown(report)));
}

const OPTIONS = process.argv.slice(2).filter(argument => argument.startsWith('--'));
const asked = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
const names = [...known, ...groups];
const wrong = asked.filter(name => !names.includes(name));
for (const name of wrong) {
  const meant = nearest(name, names);
  console.error(`no benchmark ${name}; ${meant ? `did you mean ${meant}?` : `there are ${names.join(', ')}`}`);
}
if (wrong.length > 0) process.exit(2);

const chosen = known.filter(name => asked.length === 0 || asked.includes(name) || asked.includes(dirname(name)));
for (const name of chosen) {
  const report = await run(name, `npm run bench -- ${[name, ...OPTIONS].join(' ')}`);
  if (!QUICK) keep(report);
  console.log(`\n${markdown(report)}\n`);
  if (report.cases.some(({ verdicts }) => verdicts.some(({ met }) => !met))) process.exitCode = 1;
}
