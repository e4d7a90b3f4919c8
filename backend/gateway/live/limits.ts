/** What one viewer may cost. Bytes and milliseconds; tests shrink them. */
export interface LiveLimits {
  /** Registrations of one session: a wallboard has about 100 panels. */
  readonly registrations: number;
  /** One client message: a filter of some hundred terms with room. */
  readonly messageBytes: number;
  /** Sustained rate: 20 panels, opened again with every keystroke of a variable. */
  readonly messagesPerSecond: number;
  /** At once, without being counted: a page that opens all its panels and closes those of the page before. */
  readonly messageBurst: number;
  /** Messages in a row that are not JSON: whoever sends these speaks another protocol. */
  readonly garbledMessages: number;
  /** From connection to `hello`; a page answers within a round trip. */
  readonly helloMs: number;
  /** Between two pings; below the 60 s after which common reverse proxies cut an idle connection. */
  readonly pingMs: number;
  /** Pings in a row without any word from the viewer. */
  readonly pingsUnanswered: number;
  /**
   * A `cut` asks for `applied` after this many bytes: half of what may be unanswered, so that a viewer 100 ms away gets
   * above 1 MB/s, and one of 40 kB a cut answers every fourth; an answer costs as much as a third of such a write.
   */
  readonly ackBytes: number;
  /** Or after this long, so that a stalled viewer of small cuts is noticed too; an answer costs as much as half a cut. */
  readonly ackMs: number;
  /** Sent since the last answered `cut`, while at least one is unanswered. */
  readonly unansweredBytes: number;
  /** Second line, for clients that cannot answer: bytes that wait in this process for one socket. */
  readonly socketBytes: number;
  /** Answers kept for a viewer that is stale; beyond it the connection ends. */
  readonly heldBytes: number;
  /** How long a viewer may be stale before its connection ends. */
  readonly staleMs: number;
  /** From our close frame to the cut of the socket. */
  readonly closeMs: number;
  /** Output of the notifier that waits for its turn; beyond it every viewer is conflated. */
  readonly backlogBytes: number;
}

export const LIVE_LIMITS: LiveLimits = {
  registrations: 500,
  messageBytes: 64 * 1024,
  messagesPerSecond: 100,
  messageBurst: 1000,
  garbledMessages: 3,
  helloMs: 10_000,
  pingMs: 30_000,
  pingsUnanswered: 2,
  ackBytes: 128 * 1024,
  ackMs: 5000,
  unansweredBytes: 256 * 1024,
  socketBytes: 256 * 1024,
  heldBytes: 2 ** 20,
  staleMs: 60_000,
  closeMs: 5000,
  backlogBytes: 64 * 2 ** 20,
};
