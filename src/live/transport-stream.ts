import type { FetchResponse } from '@grafana/runtime';
import type { Observable, Subscription } from 'rxjs';
import type { ClientMessage } from '../../backend/protocol/messages.ts';
import { requestFailure } from '../api/request-failure.ts';
import type { OpenTransport } from './transport.ts';
import { parseMessage } from './transport-websocket.ts';

export type PostStream = (messages: readonly ClientMessage[]) => Observable<FetchResponse<Uint8Array | undefined>>;

/** `POST /api/stream`: everything is said at the start, the answer is a line for each message and does not end. */
export function streamTransport(post: PostStream): OpenTransport {
  return listener => {
    let isClosed = false;
    let reading: Subscription | undefined;
    const lines = new LineReader();
    let refusal: FetchResponse | undefined;
    const end = (message: string): void => {
      if (isClosed) return;
      isClosed = true;
      reading?.unsubscribe();
      listener.closed({ message });
    };
    const read = (chunk: Uint8Array | undefined): void => {
      for (const line of lines.read(chunk)) {
        if (isClosed) return;
        const message = parseMessage(line);
        if (message === undefined) return void end('the other side does not speak the protocol of a notifier');
        listener.message(message);
      }
    };
    queueMicrotask(() => !isClosed && listener.opened());
    return {
      talks: false,
      send(messages) {
        if (isClosed || reading !== undefined) return;
        reading = post(messages).subscribe({
          // Grafana hands over a refusal in pieces too, as if it were an answer.
          next: response => {
            if (response.ok === false) refusal = { ...response, data: lines.gather(response.data) };
            else read(response.data);
          },
          error: error => end(requestFailure(error).message),
          complete: () => end(refusal === undefined ? 'the stream ended' : requestFailure(refusal).message),
        });
      },
      close() {
        isClosed = true;
        reading?.unsubscribe();
      },
    };
  };
}

/** Lines of a text that comes in pieces, which may end within a character. */
class LineReader {
  readonly #decoder = new TextDecoder();
  #rest = '';

  /** All of it so far. */
  gather(chunk: Uint8Array | undefined): string {
    this.#rest += this.#decoder.decode(chunk, { stream: true });
    return this.#rest;
  }

  read(chunk: Uint8Array | undefined): string[] {
    const lines = this.gather(chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.filter(line => line.trim() !== '');
  }
}
