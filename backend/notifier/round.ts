import type { ServerMessage } from '../protocol/messages.ts';
import type { Cutter } from './cutter.ts';
import type { SessionId, Span, StreamId, ToNotifier } from './link.ts';
import type { LiveStream } from './live-stream.ts';
import type { Outbox } from './outbox.ts';

interface Answer {
  readonly spans: Span[];
  readonly subscribe: Set<StreamId>;
  readonly unsubscribe: Set<StreamId>;
  readonly closed: Set<string>;
  /** There are frames among the spans, which need a cut to take effect. */
  frames: boolean;
  refreshed: boolean;
}

/**
 * The answers of one round: one item a session, at one position of the log, however many messages it sent. What
 * several sessions need alike is made once.
 */
export class Round {
  readonly flushes: Extract<ToNotifier, { type: 'flush' }>[] = [];
  readonly #outbox: Outbox;
  readonly #cutter: Cutter;
  readonly #answers = new Map<SessionId, Answer>();
  readonly #made = new Map<LiveStream, Map<string, readonly Span[] | undefined>>();

  constructor(outbox: Outbox, cutter: Cutter) {
    this.#outbox = outbox;
    this.#cutter = cutter;
  }

  say(session: SessionId, message: ServerMessage): void {
    this.#answer(session).spans.push(this.#outbox.text(JSON.stringify(message)));
  }

  frames(session: SessionId, spans: readonly Span[]): void {
    const answer = this.#answer(session);
    answer.spans.push(...spans);
    answer.frames = true;
  }

  /** The texts that `make` yields for a stream, once a round; undefined is remembered too. */
  once(live: LiveStream, kind: string, make: () => readonly string[] | undefined): readonly Span[] | undefined {
    let kinds = this.#made.get(live);
    if (kinds === undefined) {
      kinds = new Map();
      this.#made.set(live, kinds);
    }
    if (!kinds.has(kind)) {
      const texts = make();
      kinds.set(kind, texts === undefined ? undefined : this.#outbox.texts(texts));
    }
    return kinds.get(kind);
  }

  subscribe(session: SessionId, stream: StreamId): void {
    const { subscribe, unsubscribe } = this.#answer(session);
    if (!unsubscribe.delete(stream)) subscribe.add(stream);
  }

  /** Whether the session gets this stream from this round on. */
  subscribes(session: SessionId, stream: StreamId): boolean {
    return this.#answers.get(session)?.subscribe.has(stream) ?? false;
  }

  unsubscribe(session: SessionId, stream: StreamId): void {
    const { subscribe, unsubscribe } = this.#answer(session);
    if (!subscribe.delete(stream)) unsubscribe.add(stream);
  }

  closed(session: SessionId, id: string): void {
    this.#answer(session).closed.add(id);
  }

  refreshed(session: SessionId): void {
    this.#answer(session).refreshed = true;
  }

  forget(session: SessionId): void {
    this.#answers.delete(session);
  }

  end(): void {
    if (this.#answers.size === 0) return;
    // A sweep that is under way was cut before what is said here.
    this.#cutter.finishSweep();
    const facts = this.#cutter.facts();
    for (const [session, { closed, frames, refreshed, spans, subscribe, unsubscribe }] of this.#answers) {
      this.#outbox.push({
        type: 'send',
        session,
        spans,
        ...(subscribe.size > 0 ? { subscribe: [...subscribe] } : {}),
        ...(unsubscribe.size > 0 ? { unsubscribe: [...unsubscribe] } : {}),
        ...(closed.size > 0 ? { closed: [...closed] } : {}),
        ...(frames || refreshed ? { cut: facts } : {}),
        ...(refreshed ? { refreshed: true as const } : {}),
      });
    }
  }

  #answer(session: SessionId): Answer {
    let answer = this.#answers.get(session);
    if (answer === undefined) {
      answer = {
        spans: [],
        subscribe: new Set(),
        unsubscribe: new Set(),
        closed: new Set(),
        frames: false,
        refreshed: false,
      };
      this.#answers.set(session, answer);
    }
    return answer;
  }
}
