import type { SmallMap } from '../lib/small-map.ts';
import type { Mode } from '../protocol/request.ts';
import type { IntervalClass } from '../streams/schedule.ts';
import type { Stream } from '../streams/stream.ts';
import type { ViewEntry } from '../views/filter-set.ts';
import type { StreamId } from './link.ts';
import type { Asked } from './request-book.ts';
import type { SafEntry } from './saf-table.ts';

/**
 * What the registrations of all who ask the same have in common, which is everything but whose they are and their ids.
 * Ten thousand viewers of a dashboard share its twenty.
 */
export interface Panel {
  /** In order of making, never reused. */
  readonly number: number;
  readonly asked: Asked;
  readonly stream: LiveStream;
  readonly of: IntervalClass<LiveStream>;
  registrations: number;
}

/** A stream with its number, its place in the schedule and what is asked of it. */
export interface LiveStream {
  readonly id: StreamId;
  readonly entry: ViewEntry;
  readonly mode: Mode;
  readonly intervalMs: number;
  readonly stream: Stream;
  readonly of: IntervalClass<LiveStream>;
  /** Those that somebody has open. */
  readonly panels: SmallMap<Asked, Panel>;
  registrations: number;
  /** Of a store-and-forward stream: what belongs to the client's name. */
  readonly saf: SafEntry | undefined;
  /** Among the dirty ones of its class. */
  isListed: boolean;
  /** When the oldest change that waits in it was committed. */
  dirtySinceMs: number;
  /** When it was last sent: the rate of immediate streams is capped. */
  sentMs: number;
}
