import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import { type Framing, lineFraming, webSocketFraming } from './framing.ts';

/**
 * One client's connection. Frames go straight to the socket, whole and in order, so that no frame overtakes another;
 * the library behind it adds only its pongs and its close frame, each in one corked write of its own.
 */
export interface Wire {
  readonly framing: Framing;
  readonly socket: Socket;
  close(code: number, reason: string): void;
  /** At once, whatever is still unsent. */
  cut(): void;
}

export class WebSocketWire implements Wire {
  readonly socket: Socket;
  readonly #webSocket: WebSocket;

  constructor(webSocket: WebSocket, socket: Socket) {
    this.#webSocket = webSocket;
    this.socket = socket;
    releaseResponse(socket);
  }

  get framing(): Framing {
    return webSocketFraming;
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  cut(): void {
    this.#webSocket.terminate();
  }
}

/** The response object that carried the upgrade keeps the whole request alive: 6 kB for as long as the viewer stays. */
function releaseResponse(socket: Socket & { _httpMessage?: ServerResponse | null }): void {
  socket._httpMessage?.detachSocket(socket);
}

export class LineWire implements Wire {
  readonly #response: ServerResponse;
  readonly socket: Socket;

  constructor(response: ServerResponse, socket: Socket) {
    this.#response = response;
    this.socket = socket;
  }

  get framing(): Framing {
    return lineFraming;
  }

  close(): void {
    this.#response.end();
  }

  cut(): void {
    this.socket.destroy();
  }
}
