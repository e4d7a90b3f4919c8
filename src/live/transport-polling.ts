import { PanelcastError } from '../../backend/lib/panelcast-error.ts';
import { type ClientMessage, PROTOCOL, type ServerMessage } from '../../backend/protocol/messages.ts';
import type { Request } from '../../backend/protocol/request.ts';
import type { Answer } from '../api/read-answer.ts';
import { requestFailure } from '../api/request-failure.ts';
import type { Page, Timer } from './page.ts';
import type { OpenTransport, Transport, TransportListener } from './transport.ts';

export type Ask = (request: Request) => Promise<Answer>;

/** Every answer is a whole one: the last step of the ladder must not do to the notifier what it exists to prevent. */
const POLL_MS = 5000;

interface Polled {
  readonly request: Request;
  /** Of the last answer; the same means that nothing has changed. */
  asOf: number | undefined;
}

/** `POST /api/query` again and again, told as a connection would tell it. Its epoch is 0: nothing can be resumed. */
export function pollingTransport(ask: Ask, page: Page): OpenTransport {
  return listener => new Polling(ask, page, listener);
}

class Polling implements Transport {
  readonly talks = true;
  readonly #ask: Ask;
  readonly #page: Page;
  readonly #listener: TransportListener;
  readonly #polled = new Map<string, Polled>();
  #timer: Timer | undefined;
  #isWelcome = false;
  #isAsking = false;
  #isClosed = false;

  constructor(ask: Ask, page: Page, listener: TransportListener) {
    this.#ask = ask;
    this.#page = page;
    this.#listener = listener;
    queueMicrotask(() => !this.#isClosed && listener.opened());
  }

  send(messages: readonly ClientMessage[]): void {
    let isNew = false;
    for (const message of messages) {
      if (message.type === 'open') this.#polled.set(message.id, { request: message.request, asOf: undefined });
      if (message.type === 'close') this.#polled.delete(message.id);
      isNew ||= message.type === 'open' || message.type === 'hello';
    }
    if (!isNew || this.#isAsking) return;
    this.#timer?.cancel();
    queueMicrotask(() => void this.#poll());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #poll(): Promise<void> {
    if (this.#isAsking || this.#isClosed) return;
    this.#isAsking = true;
    const asked = [...this.#polled];
    const answers = await Promise.all(asked.map(([id, polled]) => this.#answerOf(id, polled)));
    this.#isAsking = false;
    if (this.#isClosed) return;
    const failures = answers.filter(answer => answer instanceof PanelcastError);
    if (asked.length > 0 && failures.length === asked.length && failures.every(({ kind }) => kind.retry))
      return void this.#end(failures[0]!.message);
    if (!this.#isWelcome) this.#tell(WELCOME);
    this.#isWelcome = true;
    this.#tellAll(asked, answers);
    const isWaiting = [...this.#polled.values()].some(polled => !asked.some(([, other]) => other === polled));
    this.#timer = this.#page.after(isWaiting ? 0 : POLL_MS, () => void this.#poll());
  }

  async #answerOf(id: string, { request }: Polled): Promise<Answer | PanelcastError> {
    try {
      return await this.#ask(request);
    } catch (error) {
      const failure = requestFailure(error);
      if (!failure.kind.retry) this.#polled.delete(id);
      return failure;
    }
  }

  #tellAll(asked: readonly (readonly [string, Polled])[], answers: readonly (Answer | PanelcastError)[]): void {
    let asOf = 0;
    for (const [index, [id, polled]] of asked.entries()) {
      const answer = answers[index]!;
      if (answer instanceof PanelcastError) {
        const { code, message, position } = answer;
        this.#tell({ type: 'error', id, code, message, ...(position !== undefined && { position }) });
      } else if (this.#polled.get(id) === polled) {
        this.#tellAnswer(id, polled, answer);
        asOf = Math.max(asOf, answer.asOf);
      }
    }
    this.#tell({ type: 'cut', asOf, epoch: 0, intervalMs: POLL_MS, throttled: false });
  }

  #tellAnswer(id: string, polled: Polled, { asOf, fields, values }: Answer): void {
    const { request } = polled;
    const view = `poll:${id}`;
    if (polled.asOf === undefined) this.#tell({ type: 'opened', id, view, role: 'primary', viewers: 1, fields });
    if (polled.asOf !== asOf || asOf === 0)
      this.#tell({ type: frameType(request, fields), view, asOf, fields, values });
    polled.asOf = asOf;
  }

  #tell(message: ServerMessage): void {
    if (!this.#isClosed) this.#listener.message(message);
  }

  #end(message: string): void {
    this.close();
    this.#listener.closed({ message });
  }
}

const WELCOME: ServerMessage = {
  type: 'welcome',
  session: 'polling',
  epoch: 0,
  protocol: PROTOCOL,
  intervalMs: POLL_MS,
};

/** An answer with its past leads with `time`; a view of rows has a key. */
export function frameType(request: Request, fields: Answer['fields']): 'snap' | 'metric' | 'series' {
  if (request.historyMs !== undefined && fields[0]?.name === 'time' && fields[0].format === 'time-ms') return 'series';
  return request.metrics !== undefined || !fields.some(({ key }) => key) ? 'metric' : 'snap';
}
