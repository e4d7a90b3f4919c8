import type { Position } from '../protocol/messages.ts';
import type { Identity, SessionId } from './link.ts';
import type { LiveStream, Registration } from './live-stream.ts';

/** A connection as the notifier knows it. */
export interface Session {
  readonly id: SessionId;
  readonly identity: Identity;
  readonly client: string | undefined;
  /** What the client says it has from an earlier connection. */
  readonly resume: Position | undefined;
  readonly registrations: Map<string, Registration>;
  /** How many of its registrations share a stream: it is subscribed once. */
  readonly streams: Map<LiveStream, number>;
}

export class SessionTable {
  readonly #sessions = new Map<SessionId, Session>();

  get size(): number {
    return this.#sessions.size;
  }

  values(): Iterable<Session> {
    return this.#sessions.values();
  }

  get(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  add(of: Pick<Session, 'id' | 'identity' | 'client' | 'resume'>): Session {
    const session: Session = { ...of, registrations: new Map(), streams: new Map() };
    this.#sessions.set(of.id, session);
    return session;
  }

  delete(id: SessionId): void {
    this.#sessions.delete(id);
  }
}
