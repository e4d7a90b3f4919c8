import type { Opened, ServerMessage } from '../protocol/messages.ts';
import type { Cutter } from './cutter.ts';
import type { CutFacts, SendItem, SessionId, Span, ToNotifier } from './link.ts';
import type { LiveStream, Panel } from './live-stream.ts';
import type { Outbox } from './outbox.ts';
import type { Session } from './session.ts';
import type { SessionTable } from './session-table.ts';
import type { Registration, StreamTable } from './stream-table.ts';

export interface RoundParts {
  readonly outbox: Outbox;
  readonly cutter: Cutter;
  readonly sessions: SessionTable;
  readonly streams: StreamTable;
}

/** An `opened`, whose text is made when the round ends. */
interface Opening extends Registration {
  readonly panel: Panel;
}

interface Answer {
  readonly says: (Span | Opening)[];
  closed: Set<string> | undefined;
  /** Its panels are others than before the round. */
  changed: Session | undefined;
  /** There are frames among the spans, which need a cut to take effect. */
  frames: boolean;
  refreshed: boolean;
}

/**
 * The answers of one round: one item a session, at one position of the log, however many messages it sent. What
 * several sessions need alike is made once, and told as one and the same list: a thousand who come to one dashboard
 * together are told the same.
 */
export class Round {
  readonly flushes: Extract<ToNotifier, { type: 'flush' }>[] = [];
  readonly #parts: RoundParts;
  readonly #answers = new Map<SessionId, Answer>();
  readonly #made = new Map<LiveStream, Map<string, readonly Span[] | undefined>>();
  readonly #opened = new Map<string, Span>();
  readonly #lists = new Map<string, readonly Span[]>();

  constructor(parts: RoundParts) {
    this.#parts = parts;
  }

  say(session: SessionId, message: ServerMessage): void {
    this.#answer(session).says.push(this.#parts.outbox.text(JSON.stringify(message)));
  }

  /** Role and viewers are told as they are when the round ends: so they are the same for all who came in it. */
  opened(session: Session, id: string, panel: Panel): void {
    this.#answer(session.id).says.push({ session, id, panel });
  }

  frames(session: SessionId, spans: readonly Span[]): void {
    const answer = this.#answer(session);
    answer.says.push(...spans);
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
      kinds.set(kind, texts === undefined ? undefined : this.#parts.outbox.texts(texts));
    }
    return kinds.get(kind);
  }

  /** It has opened or closed something: from this round on it gets what it has open then. */
  changed(session: Session): void {
    this.#answer(session.id).changed = session;
  }

  closed(session: SessionId, id: string): void {
    const answer = this.#answer(session);
    answer.closed ??= new Set();
    answer.closed.add(id);
  }

  refreshed(session: SessionId): void {
    this.#answer(session).refreshed = true;
  }

  forget(session: SessionId): void {
    this.#answers.delete(session);
  }

  end(): void {
    const { cutter, outbox, streams } = this.#parts;
    for (const { id, session } of streams.promote()) this.opened(session, id, session.panel(id)!);
    if (this.#answers.size === 0) return;
    // A sweep that is under way was cut before what is said here.
    cutter.finishSweep();
    const facts = cutter.facts();
    for (const [session, answer] of this.#answers) {
      const item = this.#item(session, answer, facts);
      if (item !== undefined) outbox.push(item);
    }
  }

  #item(session: SessionId, answer: Answer, facts: CutFacts): SendItem | undefined {
    const { changed, closed, frames, refreshed, says } = answer;
    const moved = changed === undefined ? undefined : this.#parts.sessions.settle(changed);
    const subscribe = moved?.subscribe ?? [];
    const unsubscribe = moved?.unsubscribe ?? [];
    if (says.length + subscribe.length + unsubscribe.length === 0 && closed === undefined && !refreshed)
      return undefined;
    return {
      type: 'send',
      session,
      spans: this.#list(says.map(one => ('panel' in one ? this.#openedText(one) : one))),
      ...(subscribe.length > 0 ? { subscribe } : {}),
      ...(unsubscribe.length > 0 ? { unsubscribe } : {}),
      ...(closed === undefined ? {} : { closed: [...closed] }),
      ...(frames || refreshed ? { cut: facts } : {}),
      ...(refreshed ? { refreshed: true as const } : {}),
    };
  }

  #openedText({ id, panel, session }: Opening): Span {
    const { asked, number, stream } = panel;
    const use = this.#parts.streams.use(stream.entry);
    const role = use?.primary?.session === session && use.primary.id === id ? 'primary' : 'secondary';
    const key = `${number} ${role} ${id}`;
    let span = this.#opened.get(key);
    if (span === undefined) {
      // It may have closed it again by now.
      const viewers = Math.max(1, use?.sessions.size ?? 0);
      const { fields } = asked.resolved;
      const opened: Opened = { type: 'opened', id, view: stream.stream.wire, role, viewers, fields };
      span = this.#parts.outbox.text(JSON.stringify(opened));
      this.#opened.set(key, span);
    }
    return span;
  }

  /** Equal lists are one list. No text is empty, so that where they begin tells them apart. */
  #list(spans: readonly Span[]): readonly Span[] {
    if (this.#answers.size === 1) return spans;
    const key = spans.map(({ from }) => from).join();
    const known = this.#lists.get(key);
    if (known === undefined) this.#lists.set(key, spans);
    return known ?? spans;
  }

  #answer(session: SessionId): Answer {
    let answer = this.#answers.get(session);
    if (answer === undefined) {
      answer = { says: [], closed: undefined, changed: undefined, frames: false, refreshed: false };
      this.#answers.set(session, answer);
    }
    return answer;
  }
}
