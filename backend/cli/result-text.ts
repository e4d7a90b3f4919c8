import type { Value } from '../protocol/schema.ts';
import type { SqlAnswer } from './api-client.ts';
import { resultTable } from './result-table.ts';

export const FORMATS = ['table', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** An answer in one format; a write is the row of its `changes` and `seq` for programs, a sentence for people. */
export function resultText(answer: SqlAnswer, format: Format, width: number): string {
  if ('changes' in answer) {
    const { changes, seq } = answer;
    if (format === 'table') return `${changes} row${changes === 1 ? '' : 's'} changed, at seq ${seq}\n`;
    return resultText({ columns: ['changes', 'seq'], rows: [[changes, seq]] }, format, width);
  }
  switch (format) {
    case 'table': {
      const { length } = answer.rows;
      return `${length === 0 ? '' : resultTable(answer, width)}${length} row${length === 1 ? '' : 's'}\n`;
    }
    case 'csv':
      return [answer.columns, ...answer.rows].map(row => `${row.map(csvCell).join(',')}\n`).join('');
    case 'json':
      return jsonRows(answer.columns, answer.rows);
  }
}

/** RFC 4180 with bare line feeds. NULL is empty and an empty text is "", so that both come back as they were. */
function csvCell(value: Value): string {
  if (value === null) return '';
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An array of objects, one a line: good for jq and for grep. */
function jsonRows(columns: readonly string[], rows: readonly (readonly Value[])[]): string {
  const names = distinct(columns);
  const lines = rows.map(row => JSON.stringify(Object.fromEntries(names.map((name, index) => [name, row[index]]))));
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}

/** An object holds one value a name: the second `site` is `site_2`. */
function distinct(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map(column => {
    let name = column;
    for (let count = 2; taken.has(name); count++) name = `${column}_${count}`;
    taken.add(name);
    return name;
  });
}
