import { existsSync, readFileSync } from 'node:fs';
import type { Gap, Position, RowChange, Rows, Snap } from '../../backend/protocol/messages.ts';
import type { Key, Row } from '../../backend/protocol/schema.ts';

/** What one cut brought. */
export interface MirrorLine {
  readonly epoch: number;
  readonly frames: readonly (Snap | Rows | Gap)[];
}

/** The rows at one moment, by key. */
export type MirrorRows = Map<Key, Row>;

export interface MirrorState {
  readonly rows: MirrorRows;
  /** Each that is above the position at which it came. */
  readonly changes: readonly RowChange[];
  readonly gaps: readonly Gap[];
  /** The rows at each snapshot. */
  readonly starts: readonly { readonly asOf: number; readonly rows: MirrorRows }[];
  readonly position: number;
}

export function positionAfter({ epoch, frames }: MirrorLine, before: Position | undefined): Position | undefined {
  const seqs = frames.map(frame =>
    frame.type === 'snap' ? frame.asOf : frame.type === 'gap' ? frame.to : frame.changes.at(-1)!.seq,
  );
  const last = before?.epoch === epoch ? before.seq : 0;
  return seqs.length === 0 ? before : { epoch, seq: Math.max(last, ...seqs) };
}

export function applyChange(rows: MirrorRows, { key, op, values }: RowChange): void {
  if (op === 'leave') rows.delete(key);
  else rows.set(key, values);
}

/** What a mirror's file adds up to; a line that is being written is none yet. */
export function readMirror(file: string): MirrorState {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const rows: MirrorRows = new Map();
  const changes: RowChange[] = [];
  const gaps: Gap[] = [];
  const starts: MirrorState['starts'][number][] = [];
  let position = 0;
  for (const line of lines.slice(0, -1))
    for (const frame of (JSON.parse(line) as MirrorLine).frames) {
      if (frame.type === 'snap') {
        rows.clear();
        const key = frame.fields.findIndex(field => field.key === true);
        for (let i = 0; i < (frame.values[0]?.length ?? 0); i++) {
          const row = frame.values.map(column => column[i]!);
          rows.set(row[key] as Key, row);
        }
        starts.push({ asOf: frame.asOf, rows: new Map(rows) });
        position = Math.max(position, frame.asOf);
      } else if (frame.type === 'gap') {
        gaps.push(frame);
        position = Math.max(position, frame.to);
      } else {
        for (const change of frame.changes) {
          if (change.seq <= position) continue;
          changes.push(change);
          applyChange(rows, change);
          position = change.seq;
        }
      }
    }
  return { rows, changes, gaps, starts, position };
}
