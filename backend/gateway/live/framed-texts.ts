import type { Span } from '../../notifier/link.ts';
import { type Framing, frame } from './framing.ts';

/** From here on a message is written from a buffer that its receivers share instead of being copied for each. */
const SHARED_BYTES = 8 * 1024;

/**
 * The texts of one output batch and their frames. A small message is copied into each buffer that carries it (100 ns),
 * a large one is framed once. No buffer is ever used again: a stalled socket may hold it for long.
 */
export class FramedTexts {
  readonly #texts: Buffer;
  readonly #shared = new Map<Framing, Map<number, Buffer>>();
  readonly #pieces = new Map<Framing, Map<readonly Span[], readonly Buffer[]>>();

  constructor(texts: Uint8Array) {
    this.#texts = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength);
  }

  get bytes(): number {
    return this.#texts.length;
  }

  /** All in one buffer: for a group, whose members then cost one write each. */
  whole(framing: Framing, spans: readonly Span[], tail: Buffer): Buffer {
    const buffer = Buffer.allocUnsafe(this.#size(framing, spans) + tail.length);
    tail.copy(buffer, this.#fill(buffer, framing, spans));
    return buffer;
  }

  /**
   * The large ones as the buffers that others get too, what lies between copied together: for one receiver. Those who
   * are told the same have one list of spans, and get the same buffers.
   */
  pieces(framing: Framing, spans: readonly Span[]): readonly Buffer[] {
    const known = ofFraming(this.#pieces, framing);
    let pieces = known.get(spans);
    if (pieces === undefined) {
      pieces = this.#cutUp(framing, spans);
      known.set(spans, pieces);
    }
    return pieces;
  }

  #cutUp(framing: Framing, spans: readonly Span[]): Buffer[] {
    const pieces: Buffer[] = [];
    for (let from = 0; from < spans.length; ) {
      const large = this.#isLarge(spans[from]!);
      let to = from + 1;
      while (!large && to < spans.length && !this.#isLarge(spans[to]!)) to++;
      pieces.push(large ? this.#sharedFrame(framing, spans[from]!) : this.#together(framing, spans.slice(from, to)));
      from = to;
    }
    return pieces;
  }

  #isLarge({ from, to }: Span): boolean {
    return to - from >= SHARED_BYTES;
  }

  #together(framing: Framing, spans: readonly Span[]): Buffer {
    const buffer = Buffer.allocUnsafe(this.#size(framing, spans));
    this.#fill(buffer, framing, spans);
    return buffer;
  }

  #sharedFrame(framing: Framing, span: Span): Buffer {
    const frames = ofFraming(this.#shared, framing);
    let framed = frames.get(span.from);
    if (framed === undefined) {
      framed = frame(framing, this.#texts.subarray(span.from, span.to));
      frames.set(span.from, framed);
    }
    return framed;
  }

  #size(framing: Framing, spans: readonly Span[]): number {
    let size = 0;
    for (const { from, to } of spans) size += framing.size(to - from);
    return size;
  }

  #fill(buffer: Buffer, framing: Framing, spans: readonly Span[]): number {
    let at = 0;
    for (const { from, to } of spans) {
      at = framing.begin(buffer, at, to - from);
      at = framing.end(buffer, at + this.#texts.copy(buffer, at, from, to));
    }
    return at;
  }
}

function ofFraming<K, V>(all: Map<Framing, Map<K, V>>, framing: Framing): Map<K, V> {
  let own = all.get(framing);
  if (own === undefined) {
    own = new Map();
    all.set(framing, own);
  }
  return own;
}
