import type { Clock } from '../lib/clock.ts';
import type { LogLimits } from './change-log.ts';
import { eventsTable } from './events-table.ts';
import type { HousekeepingRules } from './housekeeping.ts';
import type { StoreMode } from './lifetime.ts';
import type { OutcomeLimits } from './outcomes.ts';
import type { TableDefinition } from './table-schema.ts';
import type { QueueLimits } from './write-queue.ts';

export interface ObjectServerOptions extends Partial<LogLimits & QueueLimits & OutcomeLimits & HousekeepingRules> {
  readonly mode: StoreMode;
  readonly clock: Clock;
  /** Absent only in mode dump: then nothing outlives the process. */
  readonly dataDir?: string;
  /** With `events` among them; default: events as built in. */
  readonly tables?: readonly TableDefinition[];
  /** Rows that one user's statement may change; default 100 000, which hold about 100 MB until they are handed on. */
  readonly statementChangesMax?: number;
  /** Size of the write-ahead log from which it is copied into the database; default 64 MB. */
  readonly walBytesMax?: number;
  /** Mode fast: a power cut loses at most this; default 1 s. */
  readonly syncEveryMs?: number;
  /** Mode dump: what ends the process loses at most this; default 60 s. */
  readonly dumpEveryMs?: number;
  /** Told when something waits to be drained and nothing did before. */
  readonly onWork?: () => void;
  /** Told of faults that belong to no write, such as a dump that failed. */
  readonly onFault?: (error: unknown) => void;
}

const MB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export function withDefaults(options: ObjectServerOptions) {
  return {
    tables: [eventsTable()] as readonly TableDefinition[],
    logBytesMax: 64 * MB,
    logAgeMsMax: 24 * HOUR_MS,
    queueWritesMax: 10_000,
    queueBytesMax: 64 * MB,
    outcomesMax: 100_000,
    outcomeAgeMsMax: 24 * HOUR_MS,
    expire: true,
    deleteClearedAfterMs: 120_000 as number | undefined,
    statementChangesMax: 100_000,
    walBytesMax: 64 * MB,
    syncEveryMs: 1000,
    dumpEveryMs: 60_000,
    onWork: () => {},
    onFault: (_error: unknown) => {},
    ...options,
  };
}

export type CompleteOptions = ReturnType<typeof withDefaults>;
