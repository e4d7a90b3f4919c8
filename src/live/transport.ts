import type { ErrorCode } from '../../backend/protocol/errors.ts';
import type { ClientMessage, ServerMessage } from '../../backend/protocol/messages.ts';

/** The ladder: the first that works is taken. */
export const STEPS = ['websocket', 'stream', 'polling'] as const;
export type Step = (typeof STEPS)[number];

/** Why a transport ended, in words for the reader of a panel. */
export interface Loss {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly retryAfterMs?: number;
}

/** One connection, over whatever it goes. It begins at once; after `closed` or `close()` it says nothing more. */
export interface Transport {
  /** Whether it can say something after its first messages. One that cannot is opened again to say more. */
  readonly talks: boolean;
  send(messages: readonly ClientMessage[]): void;
  close(): void;
}

export interface TransportListener {
  opened(): void;
  message(message: ServerMessage): void;
  closed(loss: Loss): void;
}

export type OpenTransport = (listener: TransportListener) => Transport;
export type Transports = Readonly<Record<Step, OpenTransport>>;
