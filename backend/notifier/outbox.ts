import type { OutputBatch, OutputItem, Span } from './link.ts';

/** Collects items and the text of their messages, each text once however many items point at it. */
export class Outbox {
  #chunks: Buffer[] = [];
  #length = 0;
  #items: OutputItem[] = [];

  text(message: string): Span {
    const chunk = Buffer.from(message);
    const from = this.#length;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return { from, to: this.#length };
  }

  texts(messages: readonly string[]): Span[] {
    return messages.map(message => this.text(message));
  }

  push(item: OutputItem): void {
    this.#items.push(item);
  }

  /** Everything so far, in a buffer of its own that can be handed to another thread. */
  take(): OutputBatch | undefined {
    if (this.#items.length === 0) return undefined;
    const texts = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      texts.set(chunk, at);
      at += chunk.length;
    }
    const batch = { texts, items: this.#items };
    this.#chunks = [];
    this.#length = 0;
    this.#items = [];
    return batch;
  }
}
