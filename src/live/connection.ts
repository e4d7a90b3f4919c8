import { type ClientMessage, PROTOCOL, type ServerMessage } from '../../backend/protocol/messages.ts';
import { initialState, transition } from './connection-machine.ts';
import type { Effect, Event, State, StateName } from './connection-states.ts';
import type { Page, Timer } from './page.ts';
import type { Loss, Step, Transport, Transports } from './transport.ts';

export interface ConnectionStatus {
  readonly name: StateName;
  /** The step in use or being tried. */
  readonly step: Step;
  readonly loss?: Loss;
}

export interface ConnectionHouse {
  readonly page: Page;
  readonly steps: readonly Step[];
  readonly transports: Transports;
  /** `hello` and every open, at the moment at which they are said. */
  greeting(): { readonly messages: readonly ClientMessage[]; readonly resumes: boolean };
  receive(message: ServerMessage): void;
  changed(status: ConnectionStatus): void;
}

/** The notifier pings every 30 s; two of them missing is silence. */
const SILENCE_MS = 75_000;
const LISTEN_MS = 15_000;
/** A page that nobody sees for this long is brought up again when it is looked at. */
const HIDDEN_MS = 300_000;
/** Opens of one turn go into one stream. */
const REOPEN_MS = 50;

/** Runs the state machine: owns the transport, the timers and what the browser tells. */
export class Connection {
  readonly #house: ConnectionHouse;
  #state: State;
  #transport: Transport | undefined;
  /** Tried beside it. */
  #probe: Transport | undefined;
  #timer: Timer | undefined;
  #listening: Timer | undefined;
  #hiding: Timer | undefined;
  #reopening: Timer | undefined;
  #resumes = false;
  #heardMs = 0;
  #unwatch: (() => void) | undefined;
  #wasOnline = true;

  constructor(house: ConnectionHouse) {
    this.#house = house;
    this.#state = initialState(house.steps);
  }

  get status(): ConnectionStatus {
    const { ladder, loss, name } = this.#state;
    return { name, step: ladder.steps[ladder.at]!, ...(loss && { loss }) };
  }

  /** When the notifier was last heard. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Whether what is said now arrives; what is said before the greeting is part of it. */
  get isOpen(): boolean {
    return this.#state.name === 'greeting' || this.#state.name === 'resuming' || this.#state.name === 'live';
  }

  want(): void {
    this.#unwatch ??= this.#house.page.onChange(() => this.#pageChanged());
    this.#tell({ type: 'want' });
  }

  unwant(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#hiding?.cancel();
    this.#hiding = undefined;
    this.#tell({ type: 'unwant' });
  }

  send(messages: readonly ClientMessage[]): void {
    if (!this.isOpen || this.#transport === undefined || messages.length === 0) return;
    if (this.#transport.talks) this.#transport.send(messages);
    else if (messages.some(({ type }) => type === 'open')) this.#reopen();
  }

  dispose(): void {
    this.#unwatch?.();
    this.#hiding?.cancel();
    this.#tell({ type: 'dispose' });
  }

  #reopen(): void {
    this.#reopening ??= this.#house.page.after(REOPEN_MS, () => {
      this.#reopening = undefined;
      this.#tell({ type: 'reopen' });
    });
  }

  #tell(event: Event): void {
    const before = this.#state;
    const { effects, state } = transition(before, event, this.#house.page.random());
    if (state !== before) {
      this.#state = state;
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    for (const effect of effects) this.#apply(effect);
    if (state.name !== before.name) this.#house.changed(this.status);
  }

  #apply(effect: Effect): void {
    switch (effect.type) {
      case 'connect':
        this.#transport = this.#open(effect.step);
        this.#listen();
        break;
      case 'probe':
        this.#probe = this.#open(effect.step);
        break;
      case 'adopt':
        this.#adopt();
        break;
      case 'abandon':
        this.#abandon();
        break;
      case 'disconnect':
        this.#disconnect();
        break;
      case 'greet': {
        const { messages, resumes } = this.#house.greeting();
        this.#resumes = resumes;
        this.#transport?.send(messages);
        break;
      }
      case 'timer':
        this.#timer = this.#house.page.after(effect.delayMs, () => this.#tell({ type: 'timeout' }));
        break;
    }
  }

  /** What a transport says that is neither in use nor tried any more is not heard. */
  #open(step: Step): Transport {
    const transport: Transport = this.#house.transports[step]({
      opened: () => this.#opened(transport),
      message: message => transport === this.#transport && this.#receive(message),
      closed: loss => this.#closed(transport, loss),
    });
    return transport;
  }

  #opened(transport: Transport): void {
    if (transport === this.#transport) this.#tell({ type: 'opened' });
    else if (transport === this.#probe) this.#tell({ type: 'better' });
  }

  #closed(transport: Transport, loss: Loss): void {
    if (transport === this.#transport) this.#tell({ type: 'lost', loss });
    else if (transport === this.#probe) this.#tell({ type: 'no-better' });
  }

  /** It opened, which is told when everybody knows that the former one is gone. */
  #adopt(): void {
    const transport = this.#probe;
    this.#probe = undefined;
    this.#disconnect();
    if (transport === undefined) return;
    this.#transport = transport;
    this.#listen();
    queueMicrotask(() => this.#opened(transport));
  }

  #abandon(): void {
    const probe = this.#probe;
    this.#probe = undefined;
    probe?.close();
  }

  #disconnect(): void {
    this.#abandon();
    const transport = this.#transport;
    this.#transport = undefined;
    this.#listening?.cancel();
    this.#reopening?.cancel();
    this.#reopening = undefined;
    transport?.close();
  }

  /** From now on. */
  #listen(): void {
    this.#heardMs = this.#house.page.now();
    this.#listenOn();
  }

  #listenOn(): void {
    this.#listening?.cancel();
    this.#listening = this.#house.page.after(LISTEN_MS, () => {
      const silentMs = this.#house.page.now() - this.#heardMs;
      if (silentMs < SILENCE_MS) this.#listenOn();
      else this.#tell({ type: 'lost', loss: { message: `nothing was heard for ${Math.round(silentMs / 1000)} s` } });
    });
  }

  #receive(message: ServerMessage): void {
    this.#heardMs = this.#house.page.now();
    switch (message.type) {
      case 'welcome':
        this.#welcome(message.protocol);
        break;
      case 'ping':
        this.send([{ type: 'pong' }]);
        break;
      case 'bye':
        this.#tell({ type: 'bye', loss: { message: message.reason, retryAfterMs: message.retryAfterMs } });
        return;
    }
    this.#house.receive(message);
    if (message.type === 'cut' && this.#state.name === 'resuming') this.#tell({ type: 'brought-up' });
  }

  #welcome(protocol: string): void {
    if (protocol === PROTOCOL) return void this.#tell({ type: 'welcome', resumes: this.#resumes });
    const message = `the notifier speaks ${protocol}, this plugin ${PROTOCOL}: bring both to the same version`;
    this.#tell({ type: 'mismatch', loss: { message } });
  }

  #pageChanged(): void {
    const { page } = this.#house;
    this.#hiding?.cancel();
    this.#hiding = page.isHidden ? page.after(HIDDEN_MS, () => this.#tell({ type: 'hidden-long' })) : undefined;
    if (!page.isHidden) this.#tell({ type: 'visible' });
    // Only a change matters: in most states both events say nothing new.
    if (page.isOnline !== this.#wasOnline) this.#tell({ type: page.isOnline ? 'online' : 'offline' });
    this.#wasOnline = page.isOnline;
  }
}
