/** `npm run bench [-- name …]`: runs the named benchmarks, or all; prints each and keeps it in results/ and RESULTS.md. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../../backend/lib/nearest.ts';
import type { Benchmark } from './support/benchmark.ts';
import { circumstances } from './support/machine.ts';
import { type CaseResult, measure } from './support/measure.ts';
import { markdown, type Report } from './support/report.ts';
import { withSection } from './support/results-document.ts';

const FOLDER = import.meta.dirname;
const SUFFIX = '.bench.ts';

const known = readdirSync(FOLDER)
  .filter(file => file.endsWith(SUFFIX))
  .map(file => file.slice(0, -SUFFIX.length))
  .sort();

async function run(name: string, command: string): Promise<Report> {
  const { benchmark } = (await import(join(FOLDER, `${name}${SUFFIX}`))) as { benchmark: Benchmark };
  const cases: CaseResult[] = [];
  for (const one of benchmark.cases) {
    process.stderr.write(`${name}: ${one.name} …\n`);
    cases.push(await measure(one));
  }
  return { name, sentence: benchmark.sentence, circumstances: circumstances(command), cases };
}

function keep(report: Report): void {
  mkdirSync(join(FOLDER, 'results'), { recursive: true });
  writeFileSync(join(FOLDER, 'results', `${report.name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  const file = join(FOLDER, 'RESULTS.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, withSection(before, report.name, markdown(report)));
}

const asked = process.argv.slice(2);
const wrong = asked.filter(name => !known.includes(name));
for (const name of wrong) {
  const meant = nearest(name, known);
  console.error(`no benchmark ${name}; ${meant ? `did you mean ${meant}?` : `there are ${known.join(', ')}`}`);
}
if (wrong.length > 0) process.exit(2);

for (const name of asked.length > 0 ? asked : known) {
  const report = await run(name, `npm run bench -- ${name}`);
  keep(report);
  console.log(`\n${markdown(report)}\n`);
  if (report.cases.some(({ verdicts }) => verdicts.some(({ met }) => !met))) process.exitCode = 1;
}
