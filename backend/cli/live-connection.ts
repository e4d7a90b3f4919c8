import { PanelcastError } from '../lib/panelcast-error.ts';
import { type ClientMessage, PROTOCOL, type ServerMessage } from '../protocol/messages.ts';

/** The notifier pings every 30 s: whoever is silent for longer than two of those is gone without a word. */
const SILENCE_MS = 75_000;

/**
 * One connection to `/api/live`: what the notifier says, in order, until the connection ends, which is always an error
 * that says whether and when to come back. Pings are answered here. What is not read yet is bounded by the notifier's
 * own flow control as long as the reader answers cuts after it has worked them off.
 */
export class LiveConnection {
  readonly #socket: WebSocket;
  readonly #url: string;
  readonly #inbox: ServerMessage[] = [];
  #end: PanelcastError | undefined;
  #wake: () => void = () => {};
  #silence: NodeJS.Timeout | undefined;

  constructor(url: string, token: string | undefined) {
    this.#url = url;
    this.#socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/live`, {
      protocols: [PROTOCOL],
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
    this.#socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data)) as ServerMessage));
    this.#socket.addEventListener('error', () => this.#fail('cannot be reached'));
    this.#socket.addEventListener('close', () => this.#fail('has gone'));
    this.#listen();
  }

  /** Resolves when messages can be said; rejects when it cannot be reached, without knowing why. */
  async opened(): Promise<void> {
    while (this.#socket.readyState === WebSocket.CONNECTING && this.#end === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      this.#socket.addEventListener('open', () => resolve(), { once: true });
      await promise;
    }
    if (this.#end !== undefined) throw this.#end;
  }

  say(message: ClientMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Never ends but with an error; what came before that is told first. */
  async *messages(): AsyncGenerator<ServerMessage> {
    for (;;) {
      const message = this.#inbox.shift();
      if (message !== undefined) yield message;
      else if (this.#end !== undefined) throw this.#end;
      else {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    }
  }

  close(): void {
    clearTimeout(this.#silence);
    this.#end ??= new PanelcastError('source-failed', 'closed');
    this.#socket.close();
  }

  #take(message: ServerMessage): void {
    this.#listen();
    if (message.type === 'ping') this.say({ type: 'pong' });
    else if (message.type === 'bye') {
      const { reason, retryAfterMs } = message;
      this.#end ??= new PanelcastError('stopping', `the notifier said goodbye: ${reason}`, { retryAfterMs });
      this.#wake();
    } else {
      this.#inbox.push(message);
      this.#wake();
    }
  }

  #fail(how: string): void {
    clearTimeout(this.#silence);
    this.#end ??= new PanelcastError('source-failed', `${this.#url} ${how}`);
    this.#wake();
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#fail(`has been silent for ${SILENCE_MS / 1000} s`);
      this.#socket.close();
    }, SILENCE_MS);
  }
}
