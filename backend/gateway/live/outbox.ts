import type { NotifierLink, ToNotifier } from '../../notifier/link.ts';

/** What clients said in one turn of the event loop is told together, so that the 20 opens of a page get one answer. */
export class Outbox {
  readonly #link: NotifierLink;
  #messages: ToNotifier[] = [];

  constructor(link: NotifierLink) {
    this.#link = link;
  }

  tell(message: ToNotifier): void {
    if (this.#messages.push(message) === 1) setImmediate(() => this.flush());
  }

  flush(): void {
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    this.#messages = [];
    this.#link.tell(messages);
  }
}
