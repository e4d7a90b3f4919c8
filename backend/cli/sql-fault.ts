import type { PanelcastError } from '../lib/panelcast-error.ts';
import { displayWidth, harmless } from './display-text.ts';

const INDENT = '  ';
const CARET = '^';

/** The message, and where the server says at which offset the fault is, that line of the statement with a caret. */
export function sqlFault(error: PanelcastError, sql: string, width: number): string {
  const message = `panelcast: ${harmless(error.message)}\n`;
  const { position } = error;
  if (position === undefined || position > sql.length) return message;
  const lineStart = sql.lastIndexOf('\n', position - 1) + 1;
  const lineEnd = sql.indexOf('\n', position);
  const line = sql.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
  return message + pointAt(line, position - lineStart, Math.max(20, width - INDENT.length));
}

/** A long line is shown around the fault. */
function pointAt(line: string, column: number, room: number): string {
  const from =
    displayWidth(line) <= room ? 0 : Math.max(0, Math.min(column - Math.floor(room / 2), line.length - room));
  const shown = harmless(line.slice(from, from + room).replaceAll('\t', ' '));
  const before = harmless(line.slice(from, column).replaceAll('\t', ' '));
  return `${INDENT}${shown}\n${INDENT}${' '.repeat(displayWidth(before))}${CARET}\n`;
}
