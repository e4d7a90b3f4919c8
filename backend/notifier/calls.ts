import type { Position } from '../protocol/messages.ts';
import type { Request } from '../protocol/request.ts';
import type { TableSchema, Value } from '../protocol/schema.ts';
import type { Identity, SessionId } from './link.ts';
import type { NameKind } from './names.ts';
import type { NameSets } from './names-file.ts';
import type { Answer } from './one-shot.ts';
import type { ClientSpool } from './saf-table.ts';
import type { NotifierStatus } from './status.ts';

export interface IntakeCall {
  /** JSON of one event or an array of them, or NDJSON; UTF-8. */
  readonly body: Uint8Array;
  readonly form: 'json' | 'ndjson';
  /** Take the good events and answer each bad one. */
  readonly partial: boolean;
  readonly idempotencyKey?: string;
  /** How many events of the same request came before these: what messages count from. */
  readonly offset: number;
}

export interface IntakeAnswer {
  readonly accepted: number;
  readonly seq: number;
  readonly rejected?: readonly { readonly index: number; readonly message: string }[];
}

export interface ExecuteCall {
  readonly sql: string;
  readonly params: readonly Value[] | Readonly<Record<string, Value>>;
  readonly idempotencyKey?: string;
  /** What the key stands for where the statement is another one each time; otherwise that is the statement. */
  readonly meaning?: string;
  /** How many rows it is meant for: part of the answer, to a repetition too. */
  readonly rows?: number;
}

export interface ExecuteAnswer {
  readonly changes: number;
  readonly seq: number;
  readonly rows?: number;
}

export interface QueryCall {
  readonly request: Request;
  readonly identity: Identity;
  /** Absent: the request bounds itself. */
  readonly bounds?: {
    readonly rowsMax: number;
    /** Nobody waits for it after this, in milliseconds since the epoch. */
    readonly untilMs: number;
  };
}

export interface StoreStatus {
  readonly mode: string;
  readonly dataDir: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly logBytes: number;
  readonly logFrom: number;
  readonly diskBytes: number;
  readonly queuedWrites: number;
  readonly queuedBytes: number;
}

export interface HistogramFacts {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** What the notifier counted since it started. */
export interface NotifierCounts {
  readonly registrations: number;
  readonly views: number;
  readonly filterSets: number;
  readonly streams: number;
  readonly savings: NotifierStatus['savings'];
  readonly encodings: number;
  readonly changes: Readonly<Record<string, number>>;
  /** Messages of viewers that the notifier refused, by error code; what the gateway refused is not among them. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly sweepSeconds: HistogramFacts;
  readonly changeToSendSeconds: HistogramFacts;
  readonly intervalMs: number;
  readonly throttled: boolean;
  readonly seq: number;
  readonly epoch: number;
  readonly spools: readonly ClientSpool[];
  readonly logBytes: number;
}

/** All live connections together: those of now, and totals since the start. */
export interface LiveStats {
  readonly viewers: number;
  readonly registrations: number;
  /** Viewers that get nothing until they answer. */
  readonly stale: number;
  /** Sets of viewers with the same streams: what is concatenated once. */
  readonly groups: number;
  readonly deliveries: number;
  readonly bytesSent: number;
  readonly conflations: number;
  readonly backlogBytes: number;
  /** How long the oldest output of the notifier has waited for the sockets: belongs to the duration of a sweep. */
  readonly backlogMs: number;
  /** How long it took to write the last output, or the last series of them, to everybody. */
  readonly lastDistributionMs: number;
  /** Connections that were ended, by reason. */
  readonly farewells: Readonly<Record<string, number>>;
}

/** What only the side of the sockets knows. It tells about once a second while there are viewers. */
export interface GatewayReport {
  readonly version: string;
  readonly startedAtMs: number;
  readonly live: LiveStats;
  /** Viewers that get nothing until they answer, for how long already; of very many the first ones. */
  readonly stale: readonly { readonly session: SessionId; readonly forMs: number }[];
  /** What was refused, by error code. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Whatever else runs in this process, by name. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** What can be asked of the notifier and its store beside the streams; each may be asked across a thread. */
export interface NotifierCalls {
  intake(call: IntakeCall): Promise<IntakeAnswer>;
  execute(call: ExecuteCall): Promise<ExecuteAnswer>;
  /** What a statement with this key and meaning was answered with; undefined where none has been done. */
  recall(call: { readonly idempotencyKey: string; readonly meaning: string }): Promise<ExecuteAnswer | undefined>;
  query(call: QueryCall): Promise<Answer>;
  flush(call: { readonly minSeq: number; readonly views?: readonly string[] }): Promise<{ readonly asOf: number }>;
  names(): Promise<NameSets>;
  /** Without a value the name is forgotten. `moved`: panels whose view is another one now. */
  saveName(call: {
    readonly kind: NameKind;
    readonly name: string;
    readonly value?: string | Request;
  }): Promise<{ readonly moved: number }>;
  schema(): Promise<readonly TableSchema[]>;
  status(): Promise<{ readonly notifier: NotifierStatus; readonly store: StoreStatus }>;
  counts(): Promise<NotifierCounts>;
  backup(call: { readonly file: string }): Promise<{ readonly bytes: number }>;
  position(): Promise<Position>;
  report(report: GatewayReport): Promise<void>;
}

export type CallName = keyof NotifierCalls;
