import type { ErrorCode } from '../protocol/errors.ts';
import type { Request } from '../protocol/request.ts';
import type { SpoolLimits } from '../streams/spool.ts';
import type { ThrottleKind } from '../streams/throttle.ts';
import type { CallName } from './calls.ts';
import type { OutputBatch, ToNotifier } from './link.ts';

/** What the store thread is started with. */
export interface ThreadOptions {
  readonly dataDir: string;
  readonly mode: 'durable' | 'fast' | 'dump';
  readonly dumpEveryMs: number;
  readonly logBytesMax: number;
  readonly logAgeMsMax: number;
  readonly columns: unknown;
  readonly tables: unknown;
  readonly filters: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, Request>>;
  readonly intervalMs: number;
  readonly throttle: ThrottleKind;
  readonly lingerMs: number;
  readonly spool: SpoolLimits;
}

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly position?: number;
  readonly retryAfterMs?: number;
  readonly stack?: string;
}

export type ToThread =
  | { readonly type: 'tell'; readonly messages: readonly ToNotifier[] }
  | { readonly type: 'call'; readonly id: number; readonly name: CallName; readonly argument: unknown }
  | { readonly type: 'close' };

export type FromThread =
  | { readonly type: 'open'; readonly databaseFile: string | undefined; readonly tables: readonly string[] }
  | { readonly type: 'output'; readonly batch: OutputBatch }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'refused'; readonly failure: Failure }
  | { readonly type: 'fault'; readonly what: string; readonly failure: Failure }
  | { readonly type: 'closed' };
