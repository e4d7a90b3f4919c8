import type { Field } from '../protocol/messages.ts';
import type { Mode, Request } from '../protocol/request.ts';
import type { IntervalClass } from '../streams/schedule.ts';
import type { Stream } from '../streams/stream.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import type { SessionId, StreamId } from './link.ts';
import type { SafEntry } from './saf-table.ts';

/** One panel's interest in one view; names and order of fields are its own. */
export interface Registration {
  readonly session: SessionId;
  readonly id: string;
  readonly fields: readonly Field[];
  /** As it was asked, with its names. */
  readonly request: Request;
  /** How much of a metric's past it wants, when it starts from nothing. */
  readonly historyMs: number;
  readonly stream: LiveStream;
  readonly of: IntervalClass<LiveStream>;
}

/** A stream with its number, its place in the schedule and everybody who shares it. */
export interface LiveStream {
  readonly id: StreamId;
  readonly entry: ViewEntry;
  readonly mode: Mode;
  readonly intervalMs: number;
  readonly stream: Stream;
  readonly of: IntervalClass<LiveStream>;
  readonly registrations: Set<Registration>;
  /** Of a store-and-forward stream: what belongs to the client's name. */
  readonly saf: SafEntry | undefined;
  /** When the oldest change that waits in it was committed. */
  dirtySinceMs: number;
  /** When it was last sent: the rate of immediate streams is capped. */
  sentMs: number;
}
