import type {
  CutFacts,
  NotifierLink,
  OutputBatch,
  OutputItem,
  SendItem,
  SessionId,
  Span,
  StreamId,
  ToNotifier,
} from '../../../../backend/notifier/link.ts';

type Told<T extends ToNotifier['type']> = Extract<ToNotifier, { type: T }>;

/** A line of a script: messages are given as values or as their text. */
export type ScriptItem =
  | (Omit<SendItem, 'spans'> & { readonly messages: readonly unknown[] })
  | {
      readonly type: 'cut';
      readonly facts: CutFacts;
      readonly streams: readonly (readonly [StreamId, readonly unknown[]])[];
    };

export function factsAt(asOf: number): CutFacts {
  return { asOf, epoch: 1, intervalMs: 1000, throttled: false };
}

/** The notifier's side of the link, played by a test: it keeps what it is told and says what the script says. */
export class ScriptedNotifier implements NotifierLink {
  readonly told: ToNotifier[] = [];
  /** How many messages each `tell` had. */
  readonly bursts: number[] = [];
  #receive: ((batch: OutputBatch) => void) | undefined;
  #waiting: { readonly ready: () => boolean; readonly resolve: () => void }[] = [];

  tell(messages: readonly ToNotifier[]): void {
    this.told.push(...messages);
    this.bursts.push(messages.length);
    const ready = this.#waiting.filter(waiter => waiter.ready());
    this.#waiting = this.#waiting.filter(waiter => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  }

  onOutput(receive: (batch: OutputBatch) => void): void {
    this.#receive = receive;
  }

  of<T extends ToNotifier['type']>(type: T): Told<T>[] {
    return this.told.filter((message): message is Told<T> => message.type === type);
  }

  /** The `count`th message of that type. */
  async heard<T extends ToNotifier['type']>(type: T, count = 1): Promise<Told<T>> {
    const ready = () => this.of(type).length >= count;
    if (!ready()) await new Promise<void>(resolve => this.#waiting.push({ ready, resolve }));
    return this.of(type)[count - 1]!;
  }

  say(...script: readonly ScriptItem[]): void {
    this.#receive!(batchOf(script));
  }

  subscribe(session: SessionId, streams: readonly StreamId[], asOf: number): void {
    this.say({
      type: 'send',
      session,
      subscribe: streams,
      messages: streams.map(stream => ({ type: 'snap', view: `v${stream}`, asOf, fields: [], values: [] })),
      cut: factsAt(asOf),
    });
  }

  /** One message for each stream, at a seq. */
  cut(asOf: number, streams: readonly StreamId[], pad = ''): void {
    this.say({
      type: 'cut',
      facts: factsAt(asOf),
      streams: streams.map(stream => [stream, [{ type: 'delta', view: `v${stream}`, asOf, pad }]] as const),
    });
  }
}

export function batchOf(script: readonly ScriptItem[]): OutputBatch {
  const texts: Buffer[] = [];
  let at = 0;
  const span = (message: unknown): Span => {
    const text = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
    texts.push(text);
    const from = at;
    at += text.length;
    return { from, to: at };
  };
  const items = script.map((item): OutputItem => {
    if (item.type === 'cut') {
      return {
        type: 'cut',
        facts: item.facts,
        streams: item.streams.map(([stream]) => stream),
        spans: item.streams.map(([, messages]) => messages.map(span)),
      };
    }
    const { messages, ...rest } = item;
    return { ...rest, spans: messages.map(span) };
  });
  return { texts: Buffer.concat(texts), items };
}
