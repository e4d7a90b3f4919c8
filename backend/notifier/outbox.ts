import type { OutputBatch, OutputItem, Span } from './link.ts';

const BYTES_AT_FIRST = 64 * 1024;
/** Of UTF-8 for a code unit of a string, at most. */
const BYTES_PER_UNIT = 3;
/** How much more than the last one a large batch may hold before it is copied. */
const GROWTH = 1.25;

/** Collects items and the text of their messages, each text once however many items point at it. */
export class Outbox {
  /** Texts go straight to their place: tens of thousands of small buffers would live just long enough to be costly. */
  #texts = Buffer.allocUnsafeSlow(BYTES_AT_FIRST);
  #length = 0;
  /** Of the last large batch: the next is likely as large, and to grow there step by step is to copy it all. */
  #largeBytes = 0;
  #items: OutputItem[] = [];

  text(message: string): Span {
    const from = this.#length;
    const room = from + message.length * BYTES_PER_UNIT;
    if (room > this.#texts.length) this.#grow(room);
    this.#length += this.#texts.write(message, from);
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
    const written = this.#texts.subarray(0, this.#length);
    let texts: Uint8Array = written;
    // A small buffer is used again, a large one given away.
    if (this.#texts.length > BYTES_AT_FIRST) {
      this.#largeBytes = this.#length;
      this.#texts = Buffer.allocUnsafeSlow(BYTES_AT_FIRST);
    } else texts = new Uint8Array(written);
    const batch = { texts, items: this.#items };
    this.#length = 0;
    this.#items = [];
    return batch;
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(
      Math.max(bytes, this.#texts.length * 2, Math.ceil(this.#largeBytes * GROWTH)),
    );
    this.#texts.copy(larger, 0, 0, this.#length);
    this.#texts = larger;
  }
}
