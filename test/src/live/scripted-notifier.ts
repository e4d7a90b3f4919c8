import {
  type ClientMessage,
  type Cut,
  type Field,
  type Open,
  PROTOCOL,
  type ServerMessage,
} from '../../../backend/protocol/messages.ts';
import type { Request } from '../../../backend/protocol/request.ts';
import type { OpenTransport, Step, Transport, TransportListener, Transports } from '../../../src/live/transport.ts';

/** One connection as its other end sees it: what was said, and a mouth. */
export class ScriptedConnection {
  readonly step: Step;
  readonly said: ClientMessage[] = [];
  isClosed = false;
  readonly #listener: TransportListener;

  constructor(step: Step, listener: TransportListener) {
    this.step = step;
    this.#listener = listener;
  }

  get opens(): Open[] {
    return this.said.filter(message => message.type === 'open');
  }

  get closes(): string[] {
    return this.said.flatMap(message => (message.type === 'close' ? [message.id] : []));
  }

  /** The last open of a request that matches. */
  openOf(matches: (request: Request) => boolean): Open | undefined {
    return this.opens.findLast(({ request }) => matches(request));
  }

  opened(): void {
    this.#listener.opened();
  }

  say(...messages: ServerMessage[]): void {
    for (const message of messages) this.#listener.message(message);
  }

  welcome(epoch = 1): void {
    this.opened();
    this.say({ type: 'welcome', session: '1', epoch, protocol: PROTOCOL, intervalMs: 1000 });
  }

  answer(open: Open, view: string, fields: readonly Field[], values: readonly (string | number | null)[][]): void {
    this.say(
      { type: 'opened', id: open.id, view, role: 'primary', viewers: 1, fields },
      open.request.metrics
        ? { type: 'metric', view, asOf: 1, fields, values }
        : { type: 'snap', view, asOf: 1, fields, values },
    );
  }

  cut(asOf: number, facts: Partial<Cut> = {}): void {
    this.say({ type: 'cut', asOf, epoch: 1, intervalMs: 1000, throttled: false, ...facts });
  }

  lose(message = 'the connection broke'): void {
    this.isClosed = true;
    this.#listener.closed({ message });
  }

  transport(talks: boolean): Transport {
    return {
      talks,
      send: messages => void this.said.push(...messages),
      close: () => {
        this.isClosed = true;
      },
    };
  }
}

/** Every attempt to connect, on whatever step, in order. */
export class ScriptedNotifier {
  readonly connections: ScriptedConnection[] = [];

  get last(): ScriptedConnection {
    return this.connections.at(-1)!;
  }

  get transports(): Transports {
    const open =
      (step: Step): OpenTransport =>
      listener => {
        const connection = new ScriptedConnection(step, listener);
        this.connections.push(connection);
        return connection.transport(step !== 'stream');
      };
    return { websocket: open('websocket'), stream: open('stream'), polling: open('polling') };
  }
}
