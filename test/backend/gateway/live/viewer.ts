import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../../../../backend/protocol/messages.ts';

export interface ViewerOptions {
  /** Answers `cut`s that ask, and pings; on unless a test wants to be slow. */
  readonly answers?: boolean;
  readonly protocols?: readonly string[];
}

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

/** A client with a real WebSocket. */
export class Viewer {
  readonly webSocket: WebSocket;
  readonly received: ServerMessage[] = [];
  /** Everything as it came, for comparing bytes. */
  readonly texts: string[] = [];
  answers: boolean;
  session = 0;
  readonly closed: Promise<{ code: number; reason: string }>;
  #socket: Socket | undefined;
  #waiting: (() => void)[] = [];

  private constructor(webSocket: WebSocket, answers: boolean) {
    this.webSocket = webSocket;
    this.answers = answers;
    this.closed = new Promise(resolve =>
      webSocket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#wake();
      }),
    );
    webSocket.once('upgrade', response => (this.#socket = response.socket));
    webSocket.on('message', (data: Buffer) => this.#take(data.toString()));
    webSocket.on('error', () => {});
    onTestFinished(() => webSocket.terminate());
  }

  static async connect(port: number, { answers = true, protocols = ['panelcast.v1'] }: ViewerOptions = {}) {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/api/live`, [...protocols]);
    const viewer = new Viewer(webSocket, answers);
    await new Promise<void>((resolve, reject) => {
      webSocket.once('open', resolve);
      webSocket.once('unexpected-response', (_request, response) =>
        reject(new Error(`refused with ${response.statusCode}`)),
      );
    });
    return viewer;
  }

  say(message: unknown): void {
    this.webSocket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** In one packet, as a page that opens all its panels. */
  sayTogether(messages: readonly unknown[]): void {
    this.#socket?.cork();
    for (const message of messages) this.say(message);
    this.#socket?.uncork();
  }

  /** The first message of that type that no `next` has given yet; those before it are passed over. */
  async next<T extends ServerMessage['type']>(type: T): Promise<Of<T>> {
    for (;;) {
      const index = this.received.findIndex(message => message.type === type);
      if (index >= 0) return this.received.splice(0, index + 1).at(-1) as Of<T>;
      if (this.webSocket.readyState === WebSocket.CLOSED) throw new Error(`closed while waiting for ${type}`);
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  /** Resolves once the server has taken everything that was said before. */
  async heardByServer(): Promise<void> {
    const answered = new Promise<void>(resolve => this.webSocket.once('pong', () => resolve()));
    this.webSocket.ping();
    await answered;
  }

  /** The kernel keeps what is sent to it from now on. */
  stall(): void {
    this.webSocket.pause();
  }

  wake(): void {
    this.webSocket.resume();
  }

  #take(text: string): void {
    const message = JSON.parse(text) as ServerMessage;
    this.texts.push(text);
    this.received.push(message);
    if (message.type === 'welcome') this.session = Number(message.session);
    if (this.answers && message.type === 'cut' && message.ack) this.say({ type: 'applied', asOf: message.asOf });
    if (this.answers && message.type === 'ping') this.say({ type: 'pong' });
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
