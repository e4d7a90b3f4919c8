/** Why a connection ends at our wish: the `bye` that the client reads and the close code of the WebSocket. */
export interface Farewell {
  readonly reason: string;
  readonly closeCode: number;
  readonly retryAfterMs: number;
}

const PROTOCOL_ERROR = 1002;
const POLICY = 1008;
const TRY_LATER = 1013;

/** A client that broke the protocol would do so again at once; one that was slow or expired is welcome soon. */
export const FAREWELLS = {
  noHello: { reason: 'no hello came in time', closeCode: PROTOCOL_ERROR, retryAfterMs: 5000 },
  helloFirst: { reason: 'the first message must be hello', closeCode: PROTOCOL_ERROR, retryAfterMs: 30_000 },
  badHello: {
    reason: 'the first message is no hello of panelcast.v1',
    closeCode: PROTOCOL_ERROR,
    retryAfterMs: 30_000,
  },
  garbled: { reason: 'several messages in a row were not JSON', closeCode: PROTOCOL_ERROR, retryAfterMs: 30_000 },
  rate: { reason: 'too many messages a second', closeCode: POLICY, retryAfterMs: 5000 },
  silent: { reason: 'no answer to ping', closeCode: POLICY, retryAfterMs: 1000 },
  expired: { reason: 'identity expired', closeCode: POLICY, retryAfterMs: 0 },
  slow: { reason: 'too slow: stale for too long', closeCode: TRY_LATER, retryAfterMs: 5000 },
  overflow: { reason: 'too slow: too many answers waiting', closeCode: TRY_LATER, retryAfterMs: 5000 },
} as const satisfies Record<string, Farewell>;

export const GOING_AWAY = 1001;
