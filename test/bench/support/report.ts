import type { Bar } from './benchmark.ts';
import type { Circumstances } from './machine.ts';
import type { CaseResult, Outcome, Verdict } from './measure.ts';

export interface Report {
  readonly name: string;
  readonly sentence: string;
  readonly circumstances: Circumstances;
  readonly cases: readonly CaseResult[];
}

/** The report as its section of RESULTS.md, and as it is printed. */
export function markdown({ name, sentence, circumstances: c, cases }: Report): string {
  const machine = `${c.cpu}, ${c.cores} cores, ${c.memoryGiB} GiB; Node ${c.node}, Linux ${c.kernel}`;
  const head = [`## ${name}`, '', sentence, '', `${c.date} UTC, commit ${c.commit}, \`${c.command}\`. ${machine}.`];
  return [...head, ...cases.flatMap(caseLines)].join('\n');
}

function caseLines({ name, runs, outcomes, verdicts }: CaseResult): string[] {
  const figures = [...new Set(outcomes.map(outcome => outcome.figure))];
  const rows = figures.flatMap(figure => outcomes.filter(outcome => outcome.figure === figure).map(row));
  return [
    '',
    `### ${name}`,
    '',
    ...aligned([['figure', 'of', 'median', `min–max of ${runs}`, 'ours ÷ its'], ...rows]),
    ...verdicts.map(verdict => `\n${sentenceOf(verdict)}`),
  ];
}

function row({ contender, figure, ratio, spread }: Outcome): string[] {
  const range = `${shown(spread.min)}–${shown(spread.max)}`;
  return [
    figure,
    contender,
    shown(spread.median),
    range,
    ratio !== undefined && Number.isFinite(ratio) ? ratio.toFixed(2) : '',
  ];
}

export function sentenceOf({ bar, met, value }: Verdict): string {
  return `${met ? 'Met' : '**Missed**'}: ${bar.figure}${bar.peer === undefined ? '' : ` by that of ${bar.peer}`} ${asked(bar)}, is ${shown(value)}.`;
}

function asked({ max, min }: Bar): string {
  return [min === undefined ? '' : `≥ ${shown(min)}`, max === undefined ? '' : `≤ ${shown(max)}`].join(' ').trim();
}

/** Three digits that mean something; whole numbers above. */
function shown(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value))
    return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return value.toPrecision(3);
}

/** A table that reads as well in a terminal as in a browser. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(cells => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)];
}
