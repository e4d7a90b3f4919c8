import { unreachable } from '../../lib/assert.ts';
import { parseJsonText } from '../../lib/json-text.ts';
import { PanelcastError } from '../../lib/panelcast-error.ts';
import type { ToNotifier } from '../../notifier/link.ts';
import type { ClientHello, ClientMessage, Flush, Open, Welcome } from '../../protocol/messages.ts';
import { PROTOCOL } from '../../protocol/messages.ts';
import { decodeClientMessage, idOf } from './client-message.ts';
import { durableName } from './durable-name.ts';
import { FAREWELLS } from './farewell.ts';
import { KnownOpens } from './known-opens.ts';
import type { Session, SessionHouse } from './session.ts';

export interface WelcomeFacts {
  readonly epoch: number;
  readonly intervalMs: number;
}

/**
 * Takes what clients say, refuses what they may not, and tells the notifier the rest. A fault costs its own message;
 * the connection ends only where nothing of it can be understood or it asks too much.
 */
export class Inbox {
  readonly #house: SessionHouse;
  readonly #welcome: () => WelcomeFacts;
  readonly #opens = new KnownOpens();

  constructor(house: SessionHouse, welcome: () => WelcomeFacts) {
    this.#house = house;
    this.#welcome = welcome;
  }

  /** One message's text, or undefined for one that is not text. */
  receive(session: Session, text: string | undefined): void {
    const { clock, limits } = this.#house;
    if (session.isClosing) return;
    session.silentPings = 0;
    if (!session.quota.take(clock.monotonicMs(), limits)) return void session.close(FAREWELLS.rate);
    let value: unknown;
    try {
      if (text === undefined) throw new PanelcastError('bad-request', 'messages are text, not binary');
      const known = this.#opens.get(text);
      value = known ?? parseJsonText(text, 'the message');
      session.quota.garbled = 0;
      this.#take(session, known ?? this.#decode(text, value));
    } catch (error) {
      this.#refuse(session, this.#known(error), value);
    }
  }

  #decode(text: string, value: unknown): ClientMessage {
    const message = decodeClientMessage(value);
    if (message.type === 'open') this.#opens.keep(text, message);
    return message;
  }

  /** A message that was decoded already. */
  accept(session: Session, message: ClientMessage): void {
    try {
      this.#take(session, message);
    } catch (error) {
      this.#refuse(session, this.#known(error), message);
    }
  }

  /** Throws a PanelcastError where the session may not say this now. */
  #take(session: Session, message: ClientMessage): void {
    if (message.type === 'hello') return void this.#hello(session, message);
    if (!session.hasGreeted) return void session.close(FAREWELLS.helloFirst);
    const { id } = session;
    switch (message.type) {
      case 'open':
        this.#open(session, message);
        break;
      case 'close':
        session.releaseRegistration(message.id);
        this.#tell({ type: 'close', session: id, id: message.id });
        break;
      case 'flush':
        this.#flush(session, message);
        break;
      case 'applied':
        session.applied(message.asOf);
        break;
      case 'ack':
        this.#tell({ type: 'ack', session: id, view: message.view, seq: message.seq });
        break;
      case 'pong':
        break;
      default:
        unreachable(message);
    }
  }

  #hello(session: Session, { client, resume }: ClientHello): void {
    if (session.hasGreeted) throw new PanelcastError('bad-request', 'hello was said already; it comes once, first');
    const name = client === undefined ? {} : { client: durableName(session.grant.identity, client) };
    session.greeted();
    this.#tell({
      type: 'join',
      session: session.id,
      identity: session.grant.identity,
      ...name,
      ...(resume === undefined ? {} : { resume }),
    });
    const welcome: Welcome = {
      type: 'welcome',
      session: String(session.id),
      protocol: PROTOCOL,
      ...this.#welcome(),
    };
    session.say(welcome);
  }

  #open(session: Session, { id, request, since, snapshot }: Open): void {
    const { registrations } = this.#house.limits;
    this.#refuseTaken(session, 'open.id', id);
    if (session.registrations.length >= registrations)
      throw new PanelcastError(
        'limit-exceeded',
        `a session has at most ${registrations} registrations; close some first`,
      );
    session.addRegistration(id);
    const have = { ...(since !== undefined && { since }), ...(snapshot && { snapshot }) };
    this.#tell({ type: 'open', session: session.id, id, request, ...have });
  }

  #flush(session: Session, { id, minSeq }: Flush): void {
    this.#refuseTaken(session, 'flush.id', id);
    this.#tell({ type: 'flush', session: session.id, id, minSeq });
  }

  /** An `error` names what it is about by its id alone, so opens and flushes share one set of names. */
  #refuseTaken(session: Session, path: string, id: string): void {
    if (session.registrations.includes(id))
      throw new PanelcastError('conflict', `${path} "${id}" is a registration of this session; choose another id`);
  }

  #tell(message: ToNotifier): void {
    this.#house.tell(message);
  }

  /** A fault of ours in one message is not a reason to end everybody's connection. */
  #known(error: unknown): PanelcastError {
    if (error instanceof PanelcastError) return error;
    this.#house.log.error({ err: error }, 'a client message failed');
    return new PanelcastError('internal', 'something went wrong here; the log has it', { cause: error });
  }

  #refuse(session: Session, error: PanelcastError, value: unknown): void {
    const { limits, counters } = this.#house;
    counters.rejected(error.code);
    const { code, message, position } = error;
    const id = idOf(value);
    session.say({
      type: 'error',
      ...(id === undefined ? {} : { id }),
      code,
      message,
      ...(position === undefined ? {} : { position }),
    });
    if (value === undefined && ++session.quota.garbled >= limits.garbledMessages) session.close(FAREWELLS.garbled);
    else if (!session.hasGreeted) session.close(FAREWELLS.badHello);
  }
}
