import type { Source } from '../sources/source.ts';
import { AllStream } from '../streams/all-stream.ts';
import { seriesText } from '../streams/encode.ts';
import type { Counters } from '../views/counters.ts';
import type { Cutter } from './cutter.ts';
import type { LiveStream } from './live-stream.ts';
import type { Recorder } from './recorder.ts';
import { resumeTexts } from './resume.ts';
import type { Round } from './round.ts';
import type { Session } from './session.ts';
import type { StreamTable } from './stream-table.ts';

export interface BringUpParts {
  readonly store: Source;
  readonly streams: StreamTable;
  readonly cutter: Cutter;
  readonly counters: Counters;
  readonly recorder: Recorder;
}

/**
 * What a stream's new listener, or one that had fallen behind, has to get before the stream itself: a snapshot, or the
 * difference to what it has, and the past of a metric. Who needs the same in one round gets the same bytes.
 */
export class BringUp {
  readonly #parts: BringUpParts;

  constructor(parts: BringUpParts) {
    this.#parts = parts;
  }

  newcomer(session: Session, live: LiveStream, since: number | undefined, round: Round): void {
    this.#tell(session, live, { since, conflated: false }, round);
  }

  /** A durable client on a new connection: at once what it has not confirmed, as far as a message takes it. */
  durable(session: Session, live: LiveStream, round: Round): void {
    const { counters, store } = this.#parts;
    const texts = live.stream.take(store.seq)?.() ?? [];
    if (texts.length > 0) counters.encodings++;
    round.frames(session.id, round.once(live, 'durable', () => texts) ?? []);
  }

  /** A viewer that had fallen behind: every change from where it was, or the state of now where that is enough. */
  straggler(session: Session, live: LiveStream, appliedAt: number, round: Round): void {
    const since = live.stream instanceof AllStream ? live.stream.toldAt(appliedAt) : undefined;
    this.#tell(session, live, { since, conflated: true }, round);
  }

  /**
   * A panel added beside another of the same filter would be ahead of it until the next cut, so the filter set is cut
   * for all who watch it. Panels that are opened together start together and need no such thing: a page that is loaded
   * does not disturb the others.
   */
  alignBeside(session: Session, live: LiveStream): void {
    const { set } = live.entry;
    const beside = session.settledStreams.filter(other => other !== live && other.entry.set === set);
    if (beside.length === 0) return;
    const { streams } = session;
    if (beside.some(other => streams.has(other))) this.#parts.cutter.cutNow(this.#parts.streams.ofSet(set));
  }

  past(session: Session, live: LiveStream, rangeMs: number, round: Round): void {
    const { recorder, store } = this.#parts;
    recorder.keep(live.entry, rangeMs);
    const texts = (): readonly string[] => {
      const frame = recorder.past(live.entry, rangeMs);
      return frame === undefined ? [] : [seriesText({ view: live.stream.wire, asOf: store.seq, frame })];
    };
    round.frames(session.id, round.once(live, `past ${rangeMs}`, texts) ?? []);
  }

  /** A newcomer to a stream of all changes starts where that was cut, so it is cut now, and all of its filter with it. */
  #tell(
    session: Session,
    live: LiveStream,
    have: { since: number | undefined; conflated: boolean },
    round: Round,
  ): void {
    const { counters, cutter, store, streams } = this.#parts;
    if (live.mode === 'all' && live.stream.dirty) cutter.cutNow(streams.ofSet(live.entry.set));
    const missed =
      have.since === undefined
        ? undefined
        : round.once(live, `since ${have.since}`, () => resumeTexts(live, have.since!, live.entry.set.source));
    const snapshot = (): readonly string[] => {
      counters.encodings++;
      return live.stream.snapshot(store.seq, have.conflated);
    };
    round.frames(session.id, missed ?? round.once(live, have.conflated ? 'conflated' : 'snap', snapshot) ?? []);
  }
}
