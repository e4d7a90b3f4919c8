import type { Identity, SessionId, StreamId } from './link.ts';
import { PanelSets } from './panel-sets.ts';
import { Pool } from './pool.ts';
import { Session, type SessionFacts } from './session.ts';

/** Streams that a session is subscribed to from now on, and no longer. */
export interface Moved {
  readonly subscribe: readonly StreamId[];
  readonly unsubscribe: readonly StreamId[];
}

export class SessionTable {
  readonly #sessions = new Map<SessionId, Session>();
  readonly #sets = new PanelSets();
  readonly #ids = new Pool<string>();
  readonly #identities = new Pool<Identity>();

  get size(): number {
    return this.#sessions.size;
  }

  /** How many different pages are being looked at. */
  get panelSets(): number {
    return this.#sets.size;
  }

  values(): Iterable<Session> {
    return this.#sessions.values();
  }

  get(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  add({ client, id, identity, resume }: SessionFacts): void {
    const one = this.#identities.one(JSON.stringify(identity), identity);
    this.#sessions.set(id, new Session({ id, identity: one, client, resume }));
  }

  /** After its panels have left. */
  delete(session: Session): void {
    this.settle(session);
    this.#sessions.delete(session.id);
  }

  /** Its panels are as they will be until the next round. */
  settle(session: Session): Moved {
    const { from, to } = session.settle(this.#sets, this.#ids);
    return { subscribe: without(to.streamIds, from.streamIds), unsubscribe: without(from.streamIds, to.streamIds) };
  }
}

/** The same list where nothing has to go: who comes to the same page is told the same. */
function without(ids: readonly StreamId[], others: readonly StreamId[]): readonly StreamId[] {
  if (ids === others) return [];
  if (others.length === 0) return ids;
  const gone = new Set(others);
  return ids.filter(id => !gone.has(id));
}
