import type { Field } from '../protocol/messages.ts';
import type { Value } from '../protocol/schema.ts';
import { displayWidth, harmless, pad } from './display-text.ts';
import type { TailLine } from './tail-line.ts';

const GAP = '  ';
const OP_WIDTH = 6;
const RESET = '\x1b[0m';
const DIM = '\x1b[2m';
/** Shown in places of their own; of the other columns only what was asked for or changed. */
const PLACED = ['severity', 'node', 'summary'];
/** What tells when a row changed: the latest of them, else the time of the telling. */
const TIMES = ['state_change', 'last_occurrence'];

export interface TailTextOptions {
  readonly color: boolean;
  /** Columns that were asked for by name; undefined for all of a table's. */
  readonly columns: readonly string[] | undefined;
}

/** Lines for people: time, what happened, severity, node, summary, and what else was asked for or changed. */
export class TailText {
  readonly #options: TailTextOptions;
  #fields: readonly Field[] = [];
  #nodeWidth = 0;

  constructor(options: TailTextOptions) {
    this.#options = options;
  }

  opened(fields: readonly Field[]): void {
    this.#fields = fields;
  }

  text(line: TailLine, nowMs: number): string {
    if (line.op === 'gap')
      return this.#paint(`${clock(nowMs)}${GAP}gap: seq ${line.from} to ${line.to} can no longer be had`, DIM);
    const { op, row = {} } = line;
    const parts = [clock(op === 'metric' ? nowMs : timeOf(row, nowMs)), pad(op, OP_WIDTH, 'right')];
    for (const name of PLACED) if (row[name] !== undefined) parts.push(this.#placed(name, row[name]));
    const named = this.#named(line).map(name => `${name}=${this.#value(name, row[name] ?? null)}`);
    return [...parts, ...named].join(GAP).trimEnd();
  }

  #placed(name: string, value: Value): string {
    const field = this.#field(name);
    if (name === 'severity' && field?.values !== undefined) {
      const widest = Math.max(...field.values.map(({ name: text }) => text.length));
      const color = field.values.find(entry => entry.value === value)?.color;
      return this.#paint(pad(this.#value(name, value), widest, 'right'), color && escapeOf(color));
    }
    const text = this.#value(name, value);
    if (name !== 'node') return text;
    this.#nodeWidth = Math.min(24, Math.max(this.#nodeWidth, displayWidth(text)));
    return pad(text, this.#nodeWidth, 'right');
  }

  #named({ changed, op, row = {} }: TailLine): string[] {
    const { columns } = this.#options;
    const isPlaced = PLACED.some(name => row[name] !== undefined);
    if (op === 'metric' || !isPlaced) return Object.keys(row);
    const wanted = [...(columns ?? []), ...(changed ?? [])].filter(name => !PLACED.includes(name) && name in row);
    return [...new Set(wanted)];
  }

  #value(name: string, value: Value): string {
    const field = this.#field(name);
    if (value === null) return 'NULL';
    if (field?.format === 'time-ms' && typeof value === 'number') return new Date(value).toISOString();
    return harmless(field?.values?.find(entry => entry.value === value)?.name ?? String(value));
  }

  #field(name: string): Field | undefined {
    return this.#fields.find(field => field.name === name);
  }

  #paint(text: string, code: string | undefined): string {
    return this.#options.color && code ? `${code}${text}${RESET}` : text;
  }
}

function timeOf(row: Readonly<Record<string, Value>>, nowMs: number): number {
  const times = TIMES.map(name => row[name]).filter(value => typeof value === 'number');
  return times.length === 0 ? nowMs : Math.max(...times);
}

/** Local time of day; a day that is not today is named. */
function clock(ms: number): string {
  const at = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? time : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

/** `#d6283d` as the terminal's colour. */
function escapeOf(color: string): string | undefined {
  const [, r, g, b] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color) ?? [];
  if (r === undefined) return undefined;
  return `\x1b[38;2;${[r, g!, b!].map(hex => Number.parseInt(hex, 16)).join(';')}m`;
}
