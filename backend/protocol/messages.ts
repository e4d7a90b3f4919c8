/**
 * Every message of `panelcast.v1`, over the WebSocket and as lines of `/api/stream`. PROTOCOL.md shows each with an
 * example that is also a golden test: a changed shape needs a new protocol version.
 */
import type { ErrorCode } from './errors.ts';
import type { Request } from './request.ts';
import type { ColumnFormat, ColumnType, EnumEntry, Key, Value } from './schema.ts';

export const PROTOCOL = 'panelcast.v1';

/** Describes one column of a view's frames: `values[i]` belongs to `fields[i]`. */
export interface Field {
  readonly name: string;
  readonly type: ColumnType;
  readonly format?: ColumnFormat;
  readonly values?: readonly EnumEntry[];
  /** The row's key; it is always among the fields of a pure view. */
  readonly key?: true;
  /** In `opened` alone: the field's name in the view's frames, where the registration gave it another. */
  readonly of?: string;
}

/** `columns[field][row]` */
export type Columns = readonly (readonly Value[])[];

// client → server

export interface ClientHello {
  readonly type: 'hello';
  readonly protocol: typeof PROTOCOL;
  /** Durable name: `saf` streams belong to it. */
  readonly client?: string;
  readonly resume?: Position;
}
/** A place in an object server's log. */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}
export interface Open {
  readonly type: 'open';
  readonly id: string;
  readonly request: Request;
  /**
   * On a connection that resumes, what the client has of this view: the asOf of the last frame that it got of it, or
   * for saf the last seq. Cuts are not about every view, so this is safer than the one position in `hello.resume`,
   * which is taken when it is absent.
   */
  readonly since?: number;
  /** On a connection that resumes: this was not open before, so there is nothing to tell a difference to. */
  readonly snapshot?: true;
}
export interface Close {
  readonly type: 'close';
  readonly id: string;
}
export interface Flush {
  readonly type: 'flush';
  readonly id: string;
  readonly minSeq: number;
}
/** Answers a `cut` with `ack: true`: flow control. */
export interface Applied {
  readonly type: 'applied';
  readonly asOf: number;
}
/** saf: everything of the view up to seq is safely the client's. */
export interface Ack {
  readonly type: 'ack';
  readonly view: string;
  readonly seq: number;
}
export interface Pong {
  readonly type: 'pong';
}
export type ClientMessage = ClientHello | Open | Close | Flush | Applied | Ack | Pong;

// server → client

export interface Welcome {
  readonly type: 'welcome';
  readonly session: string;
  readonly epoch: number;
  readonly protocol: typeof PROTOCOL;
  readonly intervalMs: number;
}
export interface Opened {
  readonly type: 'opened';
  readonly id: string;
  readonly view: string;
  readonly role: 'primary' | 'secondary';
  readonly viewers: number;
  /** In the order and under the names that this registration asked for. */
  readonly fields: readonly Field[];
}
export interface Snap {
  readonly type: 'snap';
  readonly view: string;
  readonly asOf: number;
  readonly fields: readonly Field[];
  readonly values: Columns;
  /** The viewer had fallen behind; what lies between was not sent. */
  readonly conflated?: true;
}
export interface Delta {
  readonly type: 'delta';
  readonly view: string;
  readonly asOf: number;
  /** All columns of the view, in the order of its `snap` fields; absolute values. */
  readonly upsert?: Columns;
  readonly remove?: readonly Key[];
}
export const ROW_OPS = ['enter', 'update', 'leave'] as const;
export type RowOp = (typeof ROW_OPS)[number];
export interface RowChange {
  readonly seq: number;
  readonly key: Key;
  readonly op: RowOp;
  /** After the change; for `leave`, before it. */
  readonly values: readonly Value[];
}
/** Modes all and saf: every state change in order of seq. */
export interface Rows {
  readonly type: 'rows';
  readonly view: string;
  readonly asOf: number;
  readonly changes: readonly RowChange[];
}
/** Absolute values, one row a group. */
export interface Metric {
  readonly type: 'metric';
  readonly view: string;
  readonly asOf: number;
  readonly fields: readonly Field[];
  readonly values: Columns;
}
/** The retained past of a metric view: as `metric`, with a leading `time` field in milliseconds. */
export interface Series {
  readonly type: 'series';
  readonly view: string;
  readonly asOf: number;
  readonly fields: readonly Field[];
  readonly values: Columns;
}
/** All frames since the last cut take effect together, at asOf. */
export interface Cut {
  readonly type: 'cut';
  readonly asOf: number;
  readonly epoch: number;
  readonly intervalMs: number;
  readonly throttled: boolean;
  readonly ack?: true;
}
export interface Flushed {
  readonly type: 'flushed';
  readonly id: string;
  readonly asOf: number;
}
/** What a bounded spool or log had to let go: never silently. Both ends are missing seqs. */
export interface Gap {
  readonly type: 'gap';
  readonly view: string;
  readonly from: number;
  readonly to: number;
}
export interface ErrorMessage {
  readonly type: 'error';
  readonly id?: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly position?: number;
}
export interface Bye {
  readonly type: 'bye';
  readonly reason: string;
  readonly retryAfterMs: number;
}
export interface Ping {
  readonly type: 'ping';
}
export type ServerMessage =
  | Welcome
  | Opened
  | Snap
  | Delta
  | Rows
  | Metric
  | Series
  | Cut
  | Flushed
  | Gap
  | ErrorMessage
  | Bye
  | Ping;
