import { type ClientMessage, PROTOCOL, type ServerMessage } from '../../backend/protocol/messages.ts';
import type { OpenTransport } from './transport.ts';

/** `GET /api/live`, in both directions. */
export function webSocketTransport(url: string, Socket: typeof WebSocket = WebSocket): OpenTransport {
  return listener => {
    let isClosed = false;
    const end = (message: string): void => {
      if (isClosed) return;
      isClosed = true;
      listener.closed({ message });
    };
    const socket = new Socket(url, PROTOCOL);
    socket.onopen = () => listener.opened();
    socket.onmessage = ({ data }) => {
      const message = parseMessage(data);
      if (message === undefined) end('the other side does not speak the protocol of a notifier');
      else if (!isClosed) listener.message(message);
    };
    // A browser does not tell why; `close` follows.
    socket.onclose = ({ code, reason }) => end(reason || `the WebSocket closed with code ${code}`);
    return {
      talks: true,
      send: messages => messages.forEach(message => void send(socket, message)),
      close() {
        isClosed = true;
        socket.close();
      },
    };
  };
}

function send(socket: WebSocket, message: ClientMessage): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
}

/** Undefined for what is no message: a proxy that answers in its own words. */
export function parseMessage(text: unknown): ServerMessage | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    const isMessage = typeof value === 'object' && value !== null && 'type' in value;
    return isMessage ? (value as ServerMessage) : undefined;
  } catch {
    // Told by the caller, which knows what was read.
    return undefined;
  }
}
