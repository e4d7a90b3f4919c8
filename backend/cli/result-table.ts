import type { Value } from '../protocol/schema.ts';
import type { SelectAnswer } from './api-client.ts';
import { clip, displayWidth, harmless, pad } from './display-text.ts';

const GAP = '  ';
/** Below this, cut columns tell nothing: rows are then shown as one line a column. */
const COLUMN_WIDTH_MIN = 8;

/** Aligned columns, numbers to the right, cut to the width of the terminal; too many of them become one line each. */
export function resultTable({ columns, rows }: SelectAnswer, width: number): string {
  const names = columns.map(harmless);
  const cells = rows.map(row => row.map(cellText));
  const natural = names.map((name, index) =>
    cells.reduce((most, row) => Math.max(most, displayWidth(row[index]!)), displayWidth(name)),
  );
  const widths = shareRoom(natural, width - GAP.length * (columns.length - 1));
  if (widths === undefined) return records(names, cells, width);
  const sides = names.map((_, index) => (isNumeric(rows, index) ? 'left' : 'right'));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => pad(clip(text, widths[index]!), widths[index]!, sides[index]!))
      .join(GAP)
      .trimEnd();
  const rule = widths.map(columnWidth => '─'.repeat(columnWidth)).join(GAP);
  return [line(names), rule, ...cells.map(line)].map(text => `${text}\n`).join('');
}

/** The widest columns give way first; undefined when even then there is no room. */
function shareRoom(natural: readonly number[], room: number): number[] | undefined {
  const total = (cap: number) => natural.reduce((sum, width) => sum + Math.min(width, cap), 0);
  let cap = Math.max(...natural, COLUMN_WIDTH_MIN);
  if (total(COLUMN_WIDTH_MIN) > room) return undefined;
  while (total(cap) > room) cap--;
  const widths = natural.map(width => Math.min(width, cap));
  // One column's worth of rounding is left over: it goes to those that were cut.
  let spare = room - total(cap);
  for (const [index, width] of natural.entries()) {
    if (spare > 0 && width > widths[index]!) {
      widths[index]!++;
      spare--;
    }
  }
  return widths;
}

function records(names: readonly string[], cells: readonly (readonly string[])[], width: number): string {
  const nameWidth = Math.min(Math.max(...names.map(displayWidth)), Math.floor(width / 2));
  const valueWidth = Math.max(1, width - nameWidth - GAP.length);
  return cells
    .map((row, number) => {
      const title = `── row ${number + 1} `;
      const lines = row.map(
        (text, index) => pad(clip(names[index]!, nameWidth), nameWidth, 'right') + GAP + clip(text, valueWidth),
      );
      return [title + '─'.repeat(Math.max(0, width - title.length)), ...lines]
        .map(text => `${text.trimEnd()}\n`)
        .join('');
    })
    .join('');
}

function cellText(value: Value): string {
  return value === null ? 'NULL' : harmless(String(value));
}

function isNumeric(rows: readonly (readonly Value[])[], index: number): boolean {
  return (
    rows.some(row => row[index] !== null) && rows.every(row => row[index] === null || typeof row[index] === 'number')
  );
}
